import { CopyButton } from './copy-button.tsx';

type NewSecretProps = { note: string; label: string; copyLabel: string; text: string };

/** Something that is not stored, so that this is the one time that it can be copied. */
export function NewSecret({ note, label, copyLabel, text }: NewSecretProps) {
  return (
    <div className="mt-3 rounded-lg bg-accent-soft p-3" role="status">
      <p className="text-xs text-ink-soft">{note}</p>
      <div className="mt-1.5 flex items-center gap-1">
        <input
          readOnly
          aria-label={label}
          value={text}
          onFocus={(event) => event.currentTarget.select()}
          className="h-9 min-w-0 flex-1 rounded-lg border border-line bg-raised px-2 font-mono text-xs"
        />
        <CopyButton text={() => text} label={copyLabel} />
      </div>
    </div>
  );
}
