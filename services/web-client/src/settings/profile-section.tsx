import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { notify } from '../ui/notices.tsx';
import { useForm } from '../ui/use-form.ts';

/** Name and address of the account. */
export function ProfileSection() {
  const { api, session, user } = useServices();
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['displayName'],
    check: ({ displayName }) => (displayName === '' ? { displayName: texts.auth.required.name } : {}),
    async submit({ displayName }) {
      // Asked for anew, because the name may have been changed elsewhere since sign-in.
      const { version } = await api.getMe();
      session.updateUser(await api.updateMe({ displayName, version }));
      notify(texts.settings.saved);
    },
  });
  return (
    <form ref={form} noValidate className="grid gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <Field
        name="displayName"
        label={texts.auth.name}
        error={errors.displayName}
        defaultValue={user.displayName}
        autoComplete="name"
        maxLength={80}
      />
      <Field name="email" label={texts.auth.email} error={undefined} value={user.email} readOnly />
      <Button type="submit" look="primary" className="justify-self-start" disabled={isBusy}>
        {texts.settings.save}
      </Button>
    </form>
  );
}
