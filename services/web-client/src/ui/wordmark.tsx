import { texts } from '../texts.ts';

/** The name with its mark: a speech bubble in which a cursor waits. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 font-serif text-lg font-semibold tracking-tight text-ink">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
        <path
          className="fill-accent"
          d="M16 3C8.8 3 3 8.5 3 15.4c0 3.7 1.7 7 4.4 9.3L6.6 29l5.2-2.3c1.3.4 2.7.6 4.2.6 7.2 0 13-5.5 13-12S23.2 3 16 3Z"
        />
        <rect x="14.6" y="9.5" width="2.8" height="12" rx="1.4" className="fill-canvas" />
      </svg>
      {texts.product}
    </span>
  );
}
