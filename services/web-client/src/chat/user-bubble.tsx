import type { ReactNode } from 'react';

type UserBubbleProps = {
  children: ReactNode;
  /** Whether it stands on the side of who looks at it. */
  isOwn?: boolean;
  className?: string;
};

/** What a person wrote, as it was written. */
export function UserBubble({ children, isOwn = true, className = '' }: UserBubbleProps) {
  const shape = 'max-w-[min(36rem,88%)] rounded-2xl bg-bubble px-4 py-2.5 whitespace-pre-wrap wrap-anywhere';
  const corner = isOwn ? 'rounded-br-md' : 'rounded-tl-md';
  return <div className={`${shape} ${corner} ${className}`}>{children}</div>;
}
