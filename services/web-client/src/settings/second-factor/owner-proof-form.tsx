import { texts } from '../../texts.ts';
import { Button, type ButtonProps } from '../../ui/button.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { PasswordField } from '../../ui/fields.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { useForm } from '../../ui/use-form.ts';

type OwnerProofFormProps = {
  /** What the button says. */
  action: string;
  look?: ButtonProps['look'];
  onCancel: () => void;
  /** @throws ProblemError */
  submit: (proof: { password: string; code: string }) => Promise<void>;
};

/** Asks for password and code, before the second factor is changed. */
export function OwnerProofForm({ action, look = 'primary', onCancel, submit }: OwnerProofFormProps) {
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['password', 'code'],
    check: ({ password, code }) => ({
      ...(password === '' && { password: texts.auth.required.password }),
      ...(code === '' && { code: texts.code.app.required }),
    }),
    submit,
    wordings: { password: texts.settings.password.wrong, code: texts.code.wrong },
  });
  return (
    <form ref={form} noValidate className="grid w-full gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <PasswordField error={errors.password} autoComplete="current-password" autoFocus />
      <CodeField kind="either" error={errors.code} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look={look} disabled={isBusy}>
          {action}
        </Button>
        <Button look="plain" onClick={onCancel}>
          {texts.cancel}
        </Button>
      </div>
    </form>
  );
}
