import { useQuery } from '@tanstack/react-query';
import type { Quota } from '../api/usage.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';

/** Replies are counted a moment after they end, so what is left is asked for again now and then, too. */
const ASK_AGAIN_MS = 60_000;
/** Of the limit; less than this is worth a word. */
const LOW_SHARE = 0.1;

/** What the account has used of what it may. */
export function useQuota() {
  const { api } = useServices();
  return useQuery({
    queryKey: queryKeys.quota,
    queryFn: ({ signal }) => api.usage.getQuota(signal),
    refetchInterval: ASK_AGAIN_MS,
  });
}

/** How much of the day's tokens is left, as far as one has to know: nothing while there is plenty. */
export function tokensLeftOf({ tokens: { used, limit } }: Quota): { state: 'plenty' | 'low' | 'none'; left: number } {
  const left = Math.max(0, limit - used);
  if (left === 0) return { state: 'none', left };
  return { state: left <= limit * LOW_SHARE ? 'low' : 'plenty', left };
}
