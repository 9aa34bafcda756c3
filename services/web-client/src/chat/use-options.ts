import { useQuery, useQueryClient } from '@tanstack/react-query';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';

const MODELS_STALE_MS = 60_000;

/** The models that are installed. Asked again now and then while there is none or no answer, so that the page heals. */
export function useModels() {
  const { api } = useServices();
  return useQuery({
    queryKey: queryKeys.models,
    queryFn: ({ signal }) => api.listModels(signal),
    staleTime: MODELS_STALE_MS,
    retry: false,
    refetchInterval: ({ state }) => (state.status === 'error' || state.data?.items.length === 0 ? 10_000 : false),
  });
}

/** The personas to choose from. */
export function usePersonas() {
  const { api } = useServices();
  return useQuery({
    queryKey: queryKeys.personas,
    queryFn: ({ signal }) => api.personas.list(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Has the personas read again after a change of one's own. */
export function useReloadPersonas(): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: queryKeys.personas });
}
