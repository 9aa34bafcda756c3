import type { ReactNode } from 'react';
import { formatList } from '../texts/format.ts';
import { texts } from '../texts.ts';

type MessageMarksProps = { isFirstUnread: boolean; readBy: readonly string[]; children: ReactNode };

/** A message with the line above the first new one, and who has read down to it. */
export function MessageMarks({ isFirstUnread, readBy, children }: MessageMarksProps) {
  return (
    <>
      {isFirstUnread && (
        <p className="mb-3 flex items-center gap-3 text-2xs font-medium text-accent before:h-px before:flex-1 before:bg-accent after:h-px after:flex-1 after:bg-accent">
          {texts.together.unread}
        </p>
      )}
      {children}
      {readBy.length > 0 && (
        <p className="mt-0.5 text-right text-2xs text-ink-faint">{texts.together.readBy(formatList(readBy))}</p>
      )}
    </>
  );
}
