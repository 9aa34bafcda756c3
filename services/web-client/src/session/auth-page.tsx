import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { JOIN_PATH } from '../members/join-address.ts';
import { texts } from '../texts.ts';
import { LanguageChoice } from '../ui/language-choice.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import { hasAccountHere } from './has-account.ts';
import type { Session } from './session.ts';
import { SignInForm } from './sign-in-form.tsx';
import { SignUpForm } from './sign-up-form.tsx';

/** `/#setup=…` makes the first administrator. A fragment is sent to no server and stands in no log of one. */
function setupTokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('setup') ?? undefined;
}

/** Sign-in and sign-up on one page. */
export function AuthPage({ session }: { session: Session }) {
  const { pathname, hash } = useLocation();
  const setupToken = setupTokenIn(hash);
  const [mode, setMode] = useState<'sign-in' | 'sign-up'>(() =>
    hasAccountHere() && setupToken === undefined ? 'sign-in' : 'sign-up',
  );
  const isSignUp = mode === 'sign-up';
  const isInvited = pathname === JOIN_PATH;
  const signUpLead = setupToken === undefined ? texts.auth.signUpLead : texts.auth.setupLead;
  const lead = isSignUp ? signUpLead : texts.auth.signInLead;

  useEffect(() => {
    document.title = `${isSignUp ? texts.auth.signUp : texts.auth.signIn} – ${texts.product}`;
  }, [isSignUp]);

  return (
    <div className="grid h-full overflow-y-auto md:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
      <Pitch />
      <main className="flex flex-col justify-center px-6 py-10">
        <div className="mx-auto w-full max-w-sm">
          <div className="mb-10 md:hidden">
            <Wordmark />
          </div>
          <h1 className="font-serif text-display tracking-tight">
            {isSignUp ? texts.auth.signUpTitle : texts.auth.signInTitle}
          </h1>
          <p className="mt-1.5 mb-8 text-ink-soft">{isInvited ? texts.join.signInFirst : lead}</p>
          {isSignUp ? <SignUpForm session={session} setupToken={setupToken} /> : <SignInForm session={session} />}
          <p className="mt-6 text-sm text-ink-soft">
            {isSignUp ? texts.auth.toSignIn : texts.auth.toSignUp}{' '}
            <button
              type="button"
              className="rounded font-medium text-accent underline underline-offset-3 hover:text-accent-strong"
              onClick={() => setMode(isSignUp ? 'sign-in' : 'sign-up')}
            >
              {isSignUp ? texts.auth.toSignInAction : texts.auth.toSignUpAction}
            </button>
          </p>
          <LanguageChoice className="mt-8 -ml-1" />
        </div>
      </main>
    </div>
  );
}

function Pitch() {
  return (
    <aside className="hidden flex-col justify-between gap-10 border-r border-line bg-sunken p-10 md:flex lg:p-14">
      <Wordmark />
      <div className="max-w-md">
        <p className="font-serif text-display tracking-tight text-balance">{texts.auth.pitchTitle}</p>
        <ul className="mt-7 grid gap-3.5 text-ink-soft">
          {texts.auth.pitch.map((line) => (
            <li key={line} className="flex gap-3">
              <span aria-hidden className="mt-1 h-4 w-0.5 shrink-0 rounded-full bg-accent" />
              {line}
            </li>
          ))}
        </ul>
      </div>
      <span />
    </aside>
  );
}
