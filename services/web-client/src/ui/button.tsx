import { Tooltip } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';

const LOOKS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  quiet: 'border border-line bg-raised text-ink hover:bg-hover',
  danger: 'bg-danger text-canvas hover:opacity-90',
  plain: 'text-ink-soft hover:bg-hover hover:text-ink',
} as const;

export type ButtonProps = ComponentProps<'button'> & { look?: keyof typeof LOOKS };

/** A button with a text. */
export function Button({ look = 'quiet', className = '', type = 'button', ...rest }: ButtonProps) {
  const shape = 'inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-3.5 py-1.5 text-sm font-medium';
  const feel = 'transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-55';
  return <button type={type} className={`${shape} ${feel} ${LOOKS[look]} ${className}`} {...rest} />;
}

/** A button with an icon only; its label is its name, and a tooltip for those who see. */
export function IconButton({
  label,
  children,
  className = '',
  ...rest
}: ComponentProps<'button'> & { label: string; children: ReactNode }) {
  const shape = 'inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-faint';
  const feel =
    'transition-colors duration-150 hover:bg-hover hover:text-ink data-[state=open]:bg-hover disabled:opacity-50';
  return (
    <WithTooltip label={label}>
      <button type="button" aria-label={label} className={`${shape} ${feel} ${className}`} {...rest}>
        {children}
      </button>
    </WithTooltip>
  );
}

/** Shows a label beside an element on hover and focus. The element has to carry the label as its name, too. */
export function WithTooltip({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={6}
          aria-hidden
          className="z-50 animate-fade rounded-md bg-ink px-2 py-1 text-2xs text-canvas shadow-card select-none"
        >
          {label}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
