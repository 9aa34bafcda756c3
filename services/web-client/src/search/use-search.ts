import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { SearchPage } from '../api/schemas.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';

export type SearchFilters = { role: 'user' | 'assistant' | undefined; from: string | undefined };

/** The fewest letters that are worth a question to the server. */
export const QUERY_LENGTH_MIN = 2;

const QUICK_COUNT = 6;

/** Everything that is found, page by page. */
export function useSearch(q: string, filters: SearchFilters) {
  const { api } = useServices();
  return useInfiniteQuery<
    SearchPage,
    Error,
    InfiniteData<SearchPage>,
    ReturnType<typeof queryKeys.search>,
    string | undefined
  >({
    queryKey: queryKeys.search(q, filters),
    queryFn: ({ pageParam, signal }) => api.search({ q, ...filters, cursor: pageParam, limit: 20, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
    enabled: q.length >= QUERY_LENGTH_MIN,
    placeholderData: keepPreviousData,
  });
}

/** The first few that are found, while one types. */
export function useQuickSearch(q: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: queryKeys.quickSearch(q),
    queryFn: ({ signal }) =>
      api.search({ q, role: undefined, from: undefined, cursor: undefined, limit: QUICK_COUNT, signal }),
    enabled: q.length >= QUERY_LENGTH_MIN,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
