import { type InfiniteData, infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ApiClient } from '../api/client.ts';
import type { Message } from '../api/schemas.ts';
import { type Branch, type BranchPage, isRunning, messagesOf, type PageParameter } from '../live/branch.ts';
import type { GenerationState } from '../live/frames.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';

/** One conversation's metadata and the loaded part of its active branch, kept live; or of the branch of a message, around it. */
export function useThread(conversationId: string, aroundId: string | undefined) {
  const { api, live } = useServices();
  const conversation = useQuery({
    queryKey: queryKeys.conversation(conversationId),
    queryFn: ({ signal }) => api.getConversation(conversationId, signal),
  });
  const branch = useInfiniteQuery(branchQuery({ api, conversationId, aroundId }));
  const data: Branch | undefined = branch.data;
  const messages = useMemo(() => messagesOf(data), [data]);

  useEffect(() => {
    for (const message of messages) if (message.role === 'assistant' && isRunning(message)) live.follow(message);
  }, [messages, live]);

  return { conversation, branch, messages };
}

/** The active branch of a conversation, its newest page first; or the branch of a message, the page around it first. */
export function branchQuery({
  api,
  conversationId,
  aroundId,
}: {
  api: ApiClient;
  conversationId: string;
  aroundId: string | undefined;
}) {
  return infiniteQueryOptions<
    BranchPage,
    Error,
    InfiniteData<BranchPage, PageParameter>,
    readonly string[],
    PageParameter
  >({
    queryKey:
      aroundId === undefined ? queryKeys.messages(conversationId) : queryKeys.messagesAround(conversationId, aroundId),
    async queryFn({ pageParam: { cursor, leafId: knownLeafId }, signal }) {
      if (cursor === undefined && aroundId !== undefined)
        return api.listMessages({ conversationId, around: aroundId, signal });
      const leafId =
        cursor === undefined ? (await api.getConversation(conversationId, signal)).activeLeafId : knownLeafId;
      const page = await api.listMessages({ conversationId, leafId, cursor, signal });
      return { ...page, leafId };
    },
    initialPageParam: { cursor: undefined, leafId: undefined },
    getNextPageParam: ({ nextCursor, leafId }) =>
      nextCursor === undefined ? undefined : { cursor: nextCursor, leafId },
    getPreviousPageParam: ({ previousCursor, leafId }) =>
      previousCursor === undefined ? undefined : { cursor: previousCursor, leafId },
  });
}

/** What is known of a reply by its frames; renders again at most once a frame of animation. */
export function useGeneration(generationId: string | undefined): GenerationState | undefined {
  const { generations } = useServices().live;
  const id = generationId ?? '';
  const subscribe = useMemo(() => (listener: () => void) => generations.subscribe(id, listener), [generations, id]);
  return useSyncExternalStore(subscribe, () => generations.shown(id));
}

/** The reply of a thread that is being written now, if any. */
export function runningReplyOf(messages: readonly Message[]): Message | undefined {
  return messages.findLast((message) => message.role === 'assistant' && isRunning(message));
}
