/** A combination of keys as key caps. */
export function Keys({ names }: { names: readonly string[] }) {
  return (
    <span className="inline-flex gap-1">
      {names.map((name) => (
        <kbd
          key={name}
          className="min-w-6 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-center font-sans text-2xs text-ink-soft"
        >
          {name}
        </kbd>
      ))}
    </span>
  );
}
