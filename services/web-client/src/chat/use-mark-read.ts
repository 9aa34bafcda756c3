import { useEffect } from 'react';
import type { Message } from '../api/schemas.ts';
import { isRunning } from '../live/branch.ts';

type MarkReadInput = { messages: readonly Message[]; isAtBottom: boolean; onRead: (messageId: string) => void };

/** Tells when the last message is seen: at the end of the list, on a page that somebody looks at. */
export function useMarkRead({ messages, isAtBottom, onRead }: MarkReadInput): void {
  // A reply has been read when it is whole.
  const lastId = messages.findLast((message) => !isRunning(message))?.id;
  // On every rendering, because onRead knows best whether it has been told; it does nothing twice.
  useEffect(() => {
    if (lastId === undefined || !isAtBottom) return;
    const seenId = lastId;
    function tell(): void {
      if (!document.hidden) onRead(seenId);
    }
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => document.removeEventListener('visibilitychange', tell);
  });
}
