import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Problem } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { LanguageChoice } from '../ui/language-choice.tsx';
import { Wordmark } from '../ui/wordmark.tsx';
import type { Session } from './session.ts';

type Mode = 'sign-in' | 'sign-up';
type FieldName = 'displayName' | 'email' | 'password';
type FieldErrors = Partial<Record<FieldName, string>>;

const FIELD_NAMES: readonly FieldName[] = ['displayName', 'email', 'password'];
const HAS_ACCOUNT_KEY = 'chatbot.hasAccount';
const INPUT =
  'h-11 w-full rounded-lg border border-line-strong bg-raised px-3.5 text-base text-ink placeholder:text-ink-faint aria-invalid:border-danger focus-visible:outline-offset-0';

/** Sign-in and sign-up on one page. */
export function AuthPage({ session, wasEnded }: { session: Session; wasEnded: boolean }) {
  const [mode, setMode] = useState<Mode>(() => (wasEnded || hasSignedInHere() ? 'sign-in' : 'sign-up'));
  const isSignUp = mode === 'sign-up';

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
          {wasEnded && (
            <p role="status" className="mb-6 rounded-lg bg-warn-soft px-3.5 py-2.5 text-sm text-warn">
              {texts.auth.ended}
            </p>
          )}
          <h1 className="font-serif text-display tracking-tight">
            {isSignUp ? texts.auth.signUpTitle : texts.auth.signInTitle}
          </h1>
          <p className="mt-1.5 text-ink-soft">{isSignUp ? texts.auth.signUpLead : texts.auth.signInLead}</p>
          <AuthForm key={mode} mode={mode} session={session} />
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

function AuthForm({ mode, session }: { mode: Mode; session: Session }) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const isSignUp = mode === 'sign-up';

  function show(next: FieldErrors): void {
    setErrors(next);
    const first = FIELD_NAMES.find((name) => next[name] !== undefined);
    const input = first === undefined ? null : form.current?.elements.namedItem(first);
    if (input instanceof HTMLElement) input.focus();
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const values = readForm(event.currentTarget);
    const missing = missingFields(values, mode);
    setProblem(undefined);
    show(missing);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      if (isSignUp) await session.signUp(values);
      else await session.signIn({ email: values.email, password: values.password });
      rememberSignIn();
    } catch (error) {
      const failed = problemOf(error);
      const byField = fieldErrorsOf(failed);
      show(byField);
      if (Object.keys(byField).length === 0) setProblem(failed);
      setBusy(false);
    }
  }

  return (
    <form ref={form} noValidate className="mt-8 grid gap-5" onSubmit={(event) => void submit(event)}>
      {problem !== undefined && (
        <p role="alert" className="rounded-lg bg-danger-soft px-3.5 py-2.5 text-sm text-danger">
          {problemText(problem)}
        </p>
      )}
      {isSignUp && (
        <Field
          name="displayName"
          label={texts.auth.name}
          error={errors.displayName}
          autoComplete="name"
          maxLength={80}
        />
      )}
      <Field
        name="email"
        label={texts.auth.email}
        error={errors.email}
        type="email"
        autoComplete={isSignUp ? 'email' : 'username'}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
      />
      <PasswordField isNew={isSignUp} error={errors.password} />
      <Button type="submit" look="primary" className="h-11 text-base" disabled={isBusy}>
        {isBusy
          ? isSignUp
            ? texts.auth.signingUp
            : texts.auth.signingIn
          : isSignUp
            ? texts.auth.signUp
            : texts.auth.signIn}
      </Button>
    </form>
  );
}

function PasswordField({ isNew, error }: { isNew: boolean; error: string | undefined }) {
  const [isShown, setShown] = useState(false);
  const label = isShown ? texts.auth.hidePassword : texts.auth.showPassword;
  return (
    <Field
      name="password"
      label={texts.auth.password}
      error={error}
      hint={isNew ? texts.auth.passwordHint : undefined}
      type={isShown ? 'text' : 'password'}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      autoCapitalize="none"
      spellCheck={false}
      className={`${INPUT} pr-12`}
    >
      <button
        type="button"
        aria-label={label}
        title={label}
        className="absolute top-1 right-1 grid size-9 place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
        onClick={() => setShown(!isShown)}
      >
        {isShown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
      </button>
    </Field>
  );
}

type FieldProps = ComponentProps<'input'> & {
  name: FieldName;
  label: string;
  error: string | undefined;
  hint?: string | undefined;
  children?: ReactNode;
};

function Field({ label, error, hint, children, ...input }: FieldProps) {
  const id = useId();
  const describedBy = [error !== undefined && `${id}-error`, hint !== undefined && `${id}-hint`]
    .filter(Boolean)
    .join(' ');
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          required
          aria-invalid={error !== undefined}
          aria-describedby={describedBy || undefined}
          className={INPUT}
          {...input}
        />
        {children}
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-ink-faint">
          {hint}
        </p>
      )}
    </div>
  );
}

function readForm(form: HTMLFormElement): Record<FieldName, string> {
  const data = new FormData(form);
  const read = (name: FieldName): string => {
    const value = data.get(name);
    return typeof value === 'string' ? value : '';
  };
  return { displayName: read('displayName').trim(), email: read('email').trim(), password: read('password') };
}

function missingFields(values: Record<FieldName, string>, mode: Mode): FieldErrors {
  return {
    ...(mode === 'sign-up' && values.displayName === '' && { displayName: texts.auth.required.name }),
    ...(values.email === '' && { email: texts.auth.required.email }),
    ...(values.password === '' && { password: texts.auth.required.password }),
  };
}

/** Puts what the server says about a field beside that field; a field may come with a path before its name. */
function fieldErrorsOf(problem: Problem): FieldErrors {
  if (problem.reason === 'EMAIL_TAKEN') return { email: problemText(problem) };
  const errors: FieldErrors = {};
  for (const { field, message } of problem.errors ?? []) {
    const name = FIELD_NAMES.find((candidate) => candidate === field.split('.').at(-1));
    if (name !== undefined) errors[name] ??= sentence(message);
  }
  if (problem.reason === 'PASSWORD_TOO_WEAK') errors.password ??= problemText(problem);
  return errors;
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

function hasSignedInHere(): boolean {
  try {
    return localStorage.getItem(HAS_ACCOUNT_KEY) !== null;
  } catch {
    return false;
  }
}

function rememberSignIn(): void {
  try {
    localStorage.setItem(HAS_ACCOUNT_KEY, 'yes');
  } catch {
    // Storage is forbidden; the page then starts with sign-up again.
  }
}
