import { useState } from 'react';
import { ProblemError, problemOf } from '../api/problem.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { CodeField } from '../ui/code-field.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useForm } from '../ui/use-form.ts';

type SecondStepFormProps = {
  /** @throws ProblemError */
  onCode: (code: string) => Promise<void>;
  onBack: () => void;
};

/** Asks for the code of the second factor, once the password was right. */
export function SecondStepForm({ onCode, onBack }: SecondStepFormProps) {
  const [kind, setKind] = useState<'app' | 'recovery'>('app');
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['code'],
    check: ({ code }) => (code === '' ? { code: texts.code[kind].required } : {}),
    submit: ({ code }) => onCode(code).catch(tellOfPause),
    reasons: { SECOND_FACTOR_INVALID: 'code' },
  });
  return (
    <form ref={form} noValidate className="grid gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <CodeField key={kind} kind={kind} error={errors.code} autoFocus />
      <Button type="submit" look="primary" className="h-11 text-base" disabled={isBusy}>
        {isBusy ? texts.auth.signingIn : texts.auth.signIn}
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button look="plain" onClick={() => setKind(kind === 'app' ? 'recovery' : 'app')}>
          {texts.code[kind].other}
        </Button>
        <Button look="plain" onClick={onBack}>
          {texts.auth.back}
        </Button>
      </div>
    </form>
  );
}

/** The password was right a moment ago: that it is wrong now is what the server says while it takes no more guesses. */
function tellOfPause(error: unknown): never {
  const problem = problemOf(error);
  if (problem.reason !== 'CREDENTIALS_INVALID') throw error;
  throw new ProblemError({ ...problem, reason: 'SIGN_IN_PAUSED', detail: texts.auth.paused }, { cause: error });
}
