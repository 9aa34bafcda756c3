import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Tooltip } from 'radix-ui';
import { lazy, Suspense, useEffect, useState } from 'react';
import { BrowserRouter } from 'react-router';
import { createApiClient } from '../api/client.ts';
import { isTransient, problemOf } from '../api/problem.ts';
import type { User } from '../api/schemas.ts';
import { createLiveClient } from '../live/live-client.ts';
import { useValue } from '../live/value.ts';
import { AuthPage } from '../session/auth-page.tsx';
import type { Session } from '../session/session.ts';
import { Notices } from '../ui/notices.tsx';
import { CrashBoundary } from './crash-boundary.tsx';
import { type Services, ServicesProvider } from './services.tsx';
import { StartPage } from './start-page.tsx';

const SignedInRoutes = lazy(async () => ({ default: (await import('./routes.tsx')).SignedInRoutes }));

/**
 * Chooses the screen by the state of the session. Signing in and out keep the address, so that one returns to the same
 * place.
 */
export function App({ session }: { session: Session }) {
  return (
    <CrashBoundary>
      <Tooltip.Provider delayDuration={350}>
        <BrowserRouter>
          <Screen session={session} />
        </BrowserRouter>
        <Notices />
      </Tooltip.Provider>
    </CrashBoundary>
  );
}

function Screen({ session }: { session: Session }) {
  const state = useValue(session.state);
  switch (state.status) {
    case 'starting':
      return <StartPage isUnreachable={false} onRetry={session.renew} />;
    case 'unreachable':
      return <StartPage isUnreachable onRetry={session.renew} />;
    case 'signed-out':
      return <AuthPage session={session} wasEnded={state.wasEnded} />;
    case 'signed-in':
      return <SignedIn key={state.user.id} session={session} user={state.user} />;
    default:
      return state satisfies never;
  }
}

/** One account's screens, with a cache and a connection of their own: nothing of it outlives the account. */
function SignedIn({ session, user }: { session: Session; user: User }) {
  const [queryClient] = useState(createQueryClient);
  const [services] = useState<Services>(() => ({
    session,
    user,
    api: createApiClient(session),
    live: createLiveClient({ session, queryClient, userId: user.id }),
  }));
  useEffect(() => services.live.start(), [services]);

  return (
    <QueryClientProvider client={queryClient}>
      <ServicesProvider value={services}>
        <Suspense fallback={<StartPage isUnreachable={false} onRetry={session.renew} />}>
          <SignedInRoutes />
        </Suspense>
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
