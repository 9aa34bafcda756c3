import { Tooltip } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { BrowserRouter, useMatch, useSearchParams } from 'react-router';
import { useValue } from '../live/value.ts';
import { AuthPage } from '../session/auth-page.tsx';
import { ResumeDialog } from '../session/resume-dialog.tsx';
import type { Session } from '../session/session.ts';
import { SHARED_PATH } from '../share/share-address.ts';
import { language } from '../texts.ts';
import { Notices } from '../ui/notices.tsx';
import { CrashBoundary } from './crash-boundary.tsx';
import { StartPage } from './start-page.tsx';

/** Apart from the rest, so that the first paint waits for less; it is fetched while the session is being looked up. */
async function loadSignedIn() {
  return { default: (await import('./signed-in.tsx')).SignedIn };
}
loadSignedIn().catch(() => {});
const SignedIn = lazy(loadSignedIn);
const SharedPage = lazy(async () => ({ default: (await import('../share/shared-page.tsx')).SharedPage }));

/**
 * Chooses the screen by the state of the session. Signing in and out keep the address, so that one returns to the same
 * place.
 */
export function App({ session }: { session: Session }) {
  return (
    <CrashBoundary>
      <Tooltip.Provider delayDuration={350}>
        {/* As transitions, changes of address would wait for the text that streams in meanwhile. */}
        <BrowserRouter useTransitions={false}>
          <Entrance session={session} />
        </BrowserRouter>
        <Notices />
      </Tooltip.Provider>
    </CrashBoundary>
  );
}

const SIGN_IN = 'sign-in';

/** A conversation that is shown by a link needs no account, as long as nobody wants more than to read it. */
function Entrance({ session }: { session: Session }) {
  const token = useMatch(SHARED_PATH)?.params.token;
  const state = useValue(session.state);
  const currentLanguage = useValue(language);
  // In the address, so that the way back leads to the page again.
  const [parameters, setParameters] = useSearchParams();
  const isOnTheWayIn = parameters.has(SIGN_IN) && state.status !== 'signed-in';
  if (token === undefined || isOnTheWayIn) return <Screen session={session} />;
  return (
    <Suspense fallback={<StartPage isUnreachable={false} onRetry={session.renew} />}>
      <SharedPage
        key={`${currentLanguage} ${token}`}
        session={session}
        token={token}
        onSignIn={() => setParameters({ [SIGN_IN]: '' })}
      />
    </Suspense>
  );
}

function Screen({ session }: { session: Session }) {
  const state = useValue(session.state);
  const currentLanguage = useValue(language);
  switch (state.status) {
    case 'starting':
      return <StartPage isUnreachable={false} onRetry={session.renew} />;
    case 'unreachable':
      return <StartPage isUnreachable onRetry={session.renew} />;
    case 'signed-out':
      return <AuthPage key={currentLanguage} session={session} />;
    case 'signed-in':
    case 'ended':
      return (
        <Suspense fallback={<StartPage isUnreachable={false} onRetry={session.renew} />}>
          <SignedIn key={state.user.id} session={session} user={state.user} />
          {state.status === 'ended' && <ResumeDialog session={session} user={state.user} />}
        </Suspense>
      );
    default:
      return state satisfies never;
  }
}
