import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { type SharedConversation, SharedConversationSchema } from '../api/archive.ts';
import { createApiClient } from '../api/client.ts';
import { sendHttp } from '../api/http.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Problem } from '../api/schemas.ts';
import { LazyMarkdown } from '../chat/lazy-markdown.tsx';
import { UserBubble } from '../chat/user-bubble.tsx';
import { useValue } from '../live/value.ts';
import type { Session } from '../session/session.ts';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { Wordmark } from '../ui/wordmark.tsx';

export type SharedPageProps = {
  session: Session;
  token: string;
  /** Shows the way to sign in; the page comes back after it. */
  onSignIn: () => void;
};

/** What a link shows: a frozen conversation that anybody may read, and go on with as a copy of their own. */
export function SharedPage({ session, token, onSignIn }: SharedPageProps) {
  const { shared, problem, reload } = useShared(token);
  const isGone = problem?.reason === 'RESOURCE_NOT_FOUND' || problem?.reason === 'VALIDATION_FAILED';
  const title = shared?.title || (isGone ? texts.shared.goneTitle : texts.shared.untitled);

  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
  }, [title]);

  if (problem !== undefined) {
    return (
      <main className="grid h-full place-content-center justify-items-center gap-3 p-6 text-center">
        <Wordmark />
        <h1 className="mt-3 font-serif text-xl">{isGone ? texts.shared.goneTitle : texts.shared.failed}</h1>
        <p role="alert" className="max-w-sm text-sm text-ink-soft">
          {isGone ? texts.shared.gone : problemText(problem)}
        </p>
        {!isGone && <Button onClick={reload}>{texts.tryAgain}</Button>}
      </main>
    );
  }
  if (shared === undefined) {
    return (
      <main className="grid h-full place-content-center justify-items-center gap-5 p-6">
        <Wordmark />
        <Spinner />
      </main>
    );
  }
  return (
    <main className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-3xl px-4 pb-10 sm:px-6">
          <header className="border-b border-line py-6">
            <Wordmark />
            <h1 className="mt-5 font-serif text-2xl wrap-anywhere">{title}</h1>
            <p className="mt-1 text-sm text-ink-faint">{texts.shared.note(formatDate(new Date(shared.createdAt)))}</p>
          </header>
          <SharedMessages shared={shared} />
        </div>
      </div>
      <Continue session={session} token={token} onSignIn={onSignIn} />
    </main>
  );
}

function useShared(token: string) {
  const [shared, setShared] = useState<SharedConversation>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads the same again
  useEffect(() => {
    const abort = new AbortController();
    const request = { path: `/shared/${encodeURIComponent(token)}`, schema: SharedConversationSchema };
    sendHttp({ ...request, signal: abort.signal }).then(setShared, (error: unknown) => {
      if (!abort.signal.aborted) setProblem(problemOf(error));
    });
    return () => abort.abort();
  }, [token, attempt]);

  function reload(): void {
    setProblem(undefined);
    setAttempt((count) => count + 1);
  }

  return { shared, problem, reload };
}

function SharedMessages({ shared }: { shared: SharedConversation }) {
  return (
    <section aria-label={texts.thread.label} className="grid gap-5 pt-6">
      {shared.messages.map(({ role, content }, index) => (
        <article
          // biome-ignore lint/suspicious/noArrayIndexKey: what is frozen keeps its places
          key={index}
          data-role={role}
          className={`[contain-intrinsic-size:auto_8rem] [content-visibility:auto] ${role === 'user' ? 'flex flex-col items-end' : ''}`}
        >
          <h2 className="sr-only">{role === 'user' ? texts.shared.person : texts.thread.assistant}</h2>
          {role === 'user' ? <UserBubble>{content}</UserBubble> : <LazyMarkdown text={content} isGrowing={false} />}
        </article>
      ))}
    </section>
  );
}

function Continue({ session, token, onSignIn }: SharedPageProps) {
  const isSignedIn = useValue(session.state).status === 'signed-in';
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const api = useRef(createApiClient(session));

  async function copy(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const conversation = await api.current.archive.copyShared(token);
      void navigate(`/c/${conversation.id}`);
    } catch (error) {
      setProblem(problemText(problemOf(error)));
      setBusy(false);
    }
  }

  return (
    <footer className="border-t border-line bg-raised px-4 py-3">
      <div className="mx-auto flex max-w-3xl flex-wrap items-center justify-between gap-3 sm:px-2">
        <p className="min-w-40 flex-1 text-sm text-ink-soft">
          {problem === undefined ? texts.shared.continueLead : <span role="alert">{problem}</span>}
        </p>
        {isSignedIn ? (
          <Button look="primary" disabled={isBusy} onClick={() => void copy()}>
            {texts.shared.continue}
          </Button>
        ) : (
          <Button look="primary" onClick={onSignIn}>
            {texts.shared.signIn}
          </Button>
        )}
      </div>
    </footer>
  );
}
