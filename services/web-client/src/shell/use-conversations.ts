import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import type { ConversationPage } from '../api/schemas.ts';
import type { Narrowing } from '../library/list-choice.tsx';
import { type ConversationView, queryKeys } from '../live/thread-cache.ts';
import { useServices } from './services.tsx';

/** The conversations of one view, page by page. */
export function useConversations(view: ConversationView, narrowing: Narrowing = {}) {
  const { api } = useServices();
  const list = useInfiniteQuery<
    ConversationPage,
    Error,
    InfiniteData<ConversationPage>,
    ReturnType<typeof queryKeys.conversationsIn>,
    string | undefined
  >({
    queryKey: queryKeys.conversationsIn(view, narrowing),
    queryFn: ({ pageParam, signal }) => api.listConversations({ view, narrowing, cursor: pageParam, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  return { list, conversations: list.data?.pages.flatMap((page) => page.items) ?? [] };
}
