import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';

/** Who takes part in a conversation. Roles change without a word to the others, so whoever looks at them asks anew. */
export function usePeople({ id }: Pick<Conversation, 'id'>, { isFresh = false, isWanted = true } = {}) {
  const { api } = useServices();
  return useQuery({
    queryKey: queryKeys.people(id),
    queryFn: ({ signal }) => api.people.listPeople(id, signal),
    enabled: isWanted,
    ...(isFresh && { staleTime: 0 }),
  });
}

/** Changes who takes part and reads the list again; a failure is told as a notice. */
export function useChangePeople<Input>(conversationId: string, change: (input: Input) => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => reloadPeople(queryClient, conversationId),
    onError: (error) => notify(problemText(problemOf(error))),
  });
}

export function reloadPeople(queryClient: QueryClient, conversationId: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: queryKeys.people(conversationId) });
}

/** The name to show for somebody; null is an account that is gone. */
export function nameOf({ displayName }: { displayName: string | null }): string {
  return displayName ?? texts.members.gone;
}
