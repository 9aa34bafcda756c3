import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { type Branch, messagesOf } from '../live/branch.ts';
import type { RoomState } from '../live/rooms.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { branchQuery } from './use-thread.ts';

type UnreadWindowInput = {
  conversationId: string;
  room: RoomState;
  /** The first message of the newest page, once that is there, and whether others come before it. */
  firstId: string | undefined;
  hasEarlier: boolean;
  /** False once it has been found, and where somebody reads around another message. */
  isSought: boolean;
  /** Told once, when the messages around it are there; null where one begins in the newest page. */
  onFound: (lastReadId: string | null) => void;
};

/**
 * Finds the message that was read last, when it is above the newest page: one begins to read around it, however many messages have come since.
 * One begins in the newest page all the same when the message is on another branch, and when somebody has scrolled there already.
 */
export function useUnreadWindow({
  conversationId,
  room: { isOpen, readBefore },
  firstId,
  hasEarlier,
  isSought,
  onFound,
}: UnreadWindowInput): void {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const hasScrolled = useHasScrolled(isSought);
  const tell = useEffectEvent(onFound);
  const isKnown = isSought && isOpen && firstId !== undefined;
  const wantedId = isKnown && hasEarlier && readBefore !== undefined && readBefore < firstId ? readBefore : undefined;

  useEffect(() => {
    if (!isKnown) return;
    if (wantedId === undefined) return tell(null);
    let isLeft = false;
    const settle = (lastReadId: string | null) => isLeft || tell(hasScrolled.current ? null : lastReadId);
    queryClient.fetchInfiniteQuery(branchQuery({ api, conversationId, aroundId: wantedId })).then(
      ({ pages }) => {
        const shown = messagesOf(queryClient.getQueryData<Branch>(queryKeys.messages(conversationId)));
        settle(shown.some(({ id }) => id === pages[0]?.leafId) ? wantedId : null);
      },
      () => settle(null),
    );
    return () => {
      isLeft = true;
    };
  }, [isKnown, wantedId, api, queryClient, conversationId, hasScrolled]);
}

/** Whether somebody scrolls, from when it is asked for. */
function useHasScrolled(isAsked: boolean) {
  const hasScrolled = useRef(false);
  useEffect(() => {
    if (!isAsked) return;
    const listening = new AbortController();
    const note = () => {
      hasScrolled.current = true;
    };
    for (const gesture of ['wheel', 'touchmove'])
      window.addEventListener(gesture, note, { passive: true, signal: listening.signal });
    return () => listening.abort();
  }, [isAsked]);
  return hasScrolled;
}
