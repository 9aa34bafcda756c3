import { useState } from 'react';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { PasswordField } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { notify } from '../ui/notices.tsx';
import { PasswordStrength } from '../ui/password-strength.tsx';
import { useForm } from '../ui/use-form.ts';

/** Changes the password. Other sessions end by that; this one goes on. */
export function PasswordSection() {
  const { api } = useServices();
  const [newPassword, setNewPassword] = useState('');
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['currentPassword', 'newPassword'],
    check: (values) => ({
      ...(values.currentPassword === '' && { currentPassword: texts.auth.required.password }),
      ...(values.newPassword === '' && { newPassword: texts.settings.password.required }),
    }),
    async submit(values) {
      const { endedSessionCount } = await api.changePassword(values);
      form.current?.reset();
      setNewPassword('');
      notify(texts.settings.password.changed(endedSessionCount));
    },
    reasons: { PASSWORD_TOO_WEAK: 'newPassword' },
    wordings: { currentPassword: texts.settings.password.wrong },
  });
  return (
    <form ref={form} noValidate className="grid gap-5" onSubmit={onSubmit}>
      <h2 className="text-lg font-semibold">{texts.settings.password.title}</h2>
      <p className="text-sm text-ink-soft">{texts.settings.password.lead}</p>
      <FormProblem problem={problem} />
      <PasswordField
        name="currentPassword"
        label={texts.settings.password.current}
        error={errors.currentPassword}
        autoComplete="current-password"
      />
      <div>
        <PasswordField
          name="newPassword"
          label={texts.settings.password.next}
          error={errors.newPassword}
          hint={texts.auth.passwordHint}
          autoComplete="new-password"
          value={newPassword}
          onChange={(event) => setNewPassword(event.target.value)}
        />
        <PasswordStrength password={newPassword} />
      </div>
      <Button type="submit" look="primary" className="justify-self-start" disabled={isBusy}>
        {texts.settings.password.submit}
      </Button>
    </form>
  );
}
