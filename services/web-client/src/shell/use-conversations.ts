import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import type { ConversationPage } from '../api/schemas.ts';
import { type ConversationView, queryKeys } from '../live/thread-cache.ts';
import { useServices } from './services.tsx';

/** The conversations of one view, page by page. */
export function useConversations(view: ConversationView) {
  const { api } = useServices();
  const list = useInfiniteQuery<
    ConversationPage,
    Error,
    InfiniteData<ConversationPage>,
    ReturnType<typeof queryKeys.conversationsIn>,
    string | undefined
  >({
    queryKey: queryKeys.conversationsIn(view),
    queryFn: ({ pageParam, signal }) => api.listConversations({ view, cursor: pageParam, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  return { list, conversations: list.data?.pages.flatMap((page) => page.items) ?? [] };
}
