type ProgressBarProps = {
  label: string;
  /** From 0 to 1; undefined while it is not known. */
  share: number | undefined;
};

/** How much of something is done. */
export function ProgressBar({ label, share }: ProgressBarProps) {
  return (
    <>
      <progress aria-label={label} className="sr-only" {...(share !== undefined && { value: share })} />
      <div aria-hidden className="h-2 w-full overflow-hidden rounded-full bg-hover">
        <div className="h-full bg-accent transition-[width]" style={{ width: `${100 * (share ?? 0)}%` }} />
      </div>
    </>
  );
}
