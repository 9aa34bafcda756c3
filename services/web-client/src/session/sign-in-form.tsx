import { useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Field, PasswordField } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useForm } from '../ui/use-form.ts';
import { rememberAccount } from './has-account.ts';
import { SecondStepForm } from './second-step-form.tsx';
import type { Credentials, Session } from './session.ts';

/** Asks for address and password, or for the password alone where the address is known; then for a code where the account has a second factor. */
export function SignInForm({ session, email }: { session: Session; email?: string }) {
  const [credentials, setCredentials] = useState<Credentials>();

  async function signIn(proof: Credentials): Promise<void> {
    await session.signIn(proof);
    rememberAccount();
  }

  if (credentials !== undefined) {
    const onCode = (code: string) => signIn({ ...credentials, code });
    return <SecondStepForm onCode={onCode} onBack={() => setCredentials(undefined)} />;
  }
  return (
    <PasswordForm
      email={email}
      onSubmit={(values) =>
        signIn(values).catch((error: unknown) => {
          if (problemOf(error).reason !== 'SECOND_FACTOR_REQUIRED') throw error;
          setCredentials(values);
        })
      }
    />
  );
}

type PasswordFormProps = {
  email: string | undefined;
  /** @throws ProblemError */
  onSubmit: (values: Credentials) => Promise<void>;
};

function PasswordForm({ email, onSubmit: submit }: PasswordFormProps) {
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['email', 'password'],
    check: (values) => ({
      ...(values.email === '' && { email: texts.auth.required.email }),
      ...(values.password === '' && { password: texts.auth.required.password }),
    }),
    submit,
  });
  return (
    <form ref={form} noValidate className="grid gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <Field
        name="email"
        label={texts.auth.email}
        error={errors.email}
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
        defaultValue={email}
        readOnly={email !== undefined}
      />
      <PasswordField error={errors.password} autoComplete="current-password" />
      <Button type="submit" look="primary" className="h-11 text-base" disabled={isBusy}>
        {isBusy ? texts.auth.signingIn : texts.auth.signIn}
      </Button>
    </form>
  );
}
