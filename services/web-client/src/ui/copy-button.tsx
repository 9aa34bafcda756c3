import { Check, Copy, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { texts } from '../texts.ts';
import { IconButton } from './button.tsx';
import { copyText } from './copy-text.ts';
import { notify } from './notices.tsx';

const CONFIRMATION_MS = 2000;

/** Copies a text and says so. */
export function CopyButton({
  text,
  label = texts.copy,
  icon: Icon = Copy,
}: {
  text: () => string;
  label?: string;
  icon?: LucideIcon;
}) {
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  async function copy(): Promise<void> {
    const isDone = await copyText(text());
    if (isDone) setCopied(true);
    else notify(texts.copyFailed);
  }

  return (
    <>
      <IconButton label={label} onClick={() => void copy()}>
        {isCopied ? <Check size={16} aria-hidden className="text-accent" /> : <Icon size={16} aria-hidden />}
      </IconButton>
      <span role="status" className="sr-only">
        {isCopied ? texts.copied : ''}
      </span>
    </>
  );
}
