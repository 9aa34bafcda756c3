import { useQuery, useQueryClient } from '@tanstack/react-query';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';

/** The folders by name. */
export function useFolders() {
  const { api } = useServices();
  return useQuery({ queryKey: queryKeys.folders, queryFn: ({ signal }) => api.library.listFolders(signal) });
}

/** The tags that conversations have, by name. */
export function useTags() {
  const { api } = useServices();
  return useQuery({ queryKey: queryKeys.tags, queryFn: ({ signal }) => api.library.listTags(signal) });
}

/** Has folders and tags read again after a change of them. */
export function useReloadLibrary(): () => void {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: queryKeys.folders });
    void queryClient.invalidateQueries({ queryKey: queryKeys.tags });
  };
}
