import { LoaderCircle } from 'lucide-react';
import { texts } from '../texts.ts';

/** Says that something is loading. */
export function Spinner({ label = texts.loading }: { label?: string }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-sm text-ink-faint">
      <LoaderCircle size={18} aria-hidden className="animate-spin" />
      <span className="sr-only">{label}</span>
    </span>
  );
}
