import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { notify } from '../ui/notices.tsx';

type SecretLinkCalls<Link, Created, Wish> = {
  queryKey: readonly string[];
  list: (signal: AbortSignal) => Promise<Link[]>;
  create: (wish: Wish) => Promise<Created>;
  revoke: (id: string) => Promise<void>;
};

/** Links with a secret: those there are, and the one just made, whose secret is told this once. Failures are told as notices. */
export function useSecretLinks<Link, Created extends { id: string }, Wish>(
  calls: SecretLinkCalls<Link, Created, Wish>,
) {
  const { queryKey } = calls;
  const queryClient = useQueryClient();
  const [created, setCreated] = useState<Created>();
  const links = useQuery({ queryKey, queryFn: ({ signal }) => calls.list(signal), staleTime: 0 });
  const change = {
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
    onError: (error: Error) => notify(problemText(problemOf(error))),
  };
  const create = useMutation({ ...change, mutationFn: calls.create, onSuccess: (link) => setCreated(link) });
  const revoke = useMutation({
    ...change,
    mutationFn: calls.revoke,
    onSuccess: (_answer, id) => setCreated((shown) => (shown?.id === id ? undefined : shown)),
  });
  return { links, created, create, revoke };
}
