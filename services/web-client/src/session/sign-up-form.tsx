import { useState } from 'react';
import { useNavigate } from 'react-router';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Field, PasswordField } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { PasswordStrength } from '../ui/password-strength.tsx';
import { useForm } from '../ui/use-form.ts';
import { rememberAccount } from './has-account.ts';
import type { Session } from './session.ts';

/** Makes an account; with a setup token, that of the first administrator. */
export function SignUpForm({ session, setupToken }: { session: Session; setupToken?: string | undefined }) {
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['displayName', 'email', 'password'],
    check: (values) => ({
      ...(values.displayName === '' && { displayName: texts.auth.required.name }),
      ...(values.email === '' && { email: texts.auth.required.email }),
      ...(values.password === '' && { password: texts.auth.required.password }),
    }),
    async submit(values) {
      await session.signUp({ ...values, setupToken });
      rememberAccount();
      // Nobody needs it any more, and addresses are kept and copied.
      if (setupToken !== undefined) void navigate('/', { replace: true });
    },
    reasons: { EMAIL_TAKEN: 'email', PASSWORD_TOO_WEAK: 'password' },
  });
  return (
    <form ref={form} noValidate className="grid gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <Field name="displayName" label={texts.auth.name} error={errors.displayName} autoComplete="name" maxLength={80} />
      <Field
        name="email"
        label={texts.auth.email}
        error={errors.email}
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
      />
      <div>
        <PasswordField
          error={errors.password}
          hint={texts.auth.passwordHint}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <PasswordStrength password={password} />
      </div>
      <Button type="submit" look="primary" className="h-11 text-base" disabled={isBusy}>
        {isBusy ? texts.auth.signingUp : texts.auth.signUp}
      </Button>
    </form>
  );
}
