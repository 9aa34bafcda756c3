import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { createApiClient } from '../api/client.ts';
import { isTransient, problemOf } from '../api/problem.ts';
import type { User } from '../api/schemas.ts';
import { createLiveClient } from '../live/live-client.ts';
import { createModelPull } from '../live/model-pull.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useValue } from '../live/value.ts';
import type { Session } from '../session/session.ts';
import { language } from '../texts.ts';
import { SignedInRoutes } from './routes.tsx';
import { type Services, ServicesProvider } from './services.tsx';

/** One account's screens, with a cache and a connection of their own: nothing of it outlives the account. */
export function SignedIn({ session, user }: { session: Session; user: User }) {
  const [queryClient] = useState(createQueryClient);
  const [services] = useState<Omit<Services, 'user'>>(() => {
    const api = createApiClient(session);
    const reloadModels = () => void queryClient.invalidateQueries({ queryKey: queryKeys.models });
    return {
      session,
      api,
      live: createLiveClient({ session, queryClient, userId: user.id }),
      modelPull: createModelPull({ pull: api.models.pull, onEnd: reloadModels }),
    };
  });
  useEffect(() => services.live.start(), [services]);
  useEffect(() => services.modelPull.stop, [services]);

  return (
    <QueryClientProvider client={queryClient}>
      <ServicesProvider value={useMemo(() => ({ ...services, user }), [services, user])}>
        {/* Memoised parts would keep the words of another language. Drafts and connection stay. */}
        <SignedInRoutes key={useValue(language)} />
      </ServicesProvider>
    </QueryClientProvider>
  );
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failureCount, error) => failureCount < 2 && isTransient(problemOf(error)),
        // The browser's own idea of being online says nothing about a server on the same machine.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}
