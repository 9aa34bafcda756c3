import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Field, PasswordField } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useForm } from '../ui/use-form.ts';
import { rememberAccount } from './has-account.ts';
import type { Session } from './session.ts';

/** Asks for address and password, or for the password alone where the address is known. */
export function SignInForm({ session, email }: { session: Session; email?: string }) {
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['email', 'password'],
    check: (values) => ({
      ...(values.email === '' && { email: texts.auth.required.email }),
      ...(values.password === '' && { password: texts.auth.required.password }),
    }),
    async submit(values) {
      await session.signIn(values);
      rememberAccount();
    },
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
