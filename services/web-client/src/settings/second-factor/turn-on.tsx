import { useState } from 'react';
import type { AppSecret } from '../../api/second-factor.ts';
import { useServices } from '../../shell/services.tsx';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { PasswordField } from '../../ui/fields.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { QrCode } from './qr-code.tsx';

type Step = { name: 'offer' } | { name: 'password' } | { name: 'app'; secret: AppSecret };

type TurnOnProps = {
  onCodes: (recoveryCodes: readonly string[]) => void;
  /** It was given up. */
  onLeft: () => void;
};

/** From the offer over password and app to the first code. */
export function TurnOn({ onCodes, onLeft }: TurnOnProps) {
  const [step, setStep] = useState<Step>({ name: 'offer' });

  function cancel(): void {
    setStep({ name: 'offer' });
    onLeft();
  }

  switch (step.name) {
    case 'offer':
      return (
        <Button look="primary" onClick={() => setStep({ name: 'password' })}>
          {texts.settings.secondFactor.turnOn}
        </Button>
      );
    case 'password':
      return <PasswordStep onSecret={(secret) => setStep({ name: 'app', secret })} onCancel={cancel} />;
    case 'app':
      return <AppStep secret={step.secret} onCodes={onCodes} onCancel={cancel} />;
    default:
      return step satisfies never;
  }
}

type PasswordStepProps = { onSecret: (secret: AppSecret) => void; onCancel: () => void };

function PasswordStep({ onSecret, onCancel }: PasswordStepProps) {
  const { secondFactor } = useServices().api;
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['password'],
    check: ({ password }) => (password === '' ? { password: texts.auth.required.password } : {}),
    submit: async (proof) => onSecret(await secondFactor.begin(proof)),
    wordings: { password: texts.settings.password.wrong },
  });
  return (
    <form ref={form} noValidate className="grid w-full gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <PasswordField error={errors.password} autoComplete="current-password" autoFocus />
      <Actions action={texts.settings.secondFactor.goOn} isBusy={isBusy} onCancel={onCancel} />
    </form>
  );
}

type AppStepProps = { secret: AppSecret; onCodes: (codes: readonly string[]) => void; onCancel: () => void };

function AppStep({ secret: { secret, uri }, onCodes, onCancel }: AppStepProps) {
  const { secondFactor } = useServices().api;
  const { scan, qrCode, type, copySecret, turnOn } = texts.settings.secondFactor;
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['code'],
    check: ({ code }) => (code === '' ? { code: texts.code.app.required } : {}),
    submit: async (proof) => onCodes(await secondFactor.confirm(proof)),
    wordings: { code: texts.code.wrong },
  });
  return (
    <form ref={form} noValidate className="grid w-full gap-5" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <p className="text-sm">{scan}</p>
      <QrCode text={uri} label={qrCode} />
      <div className="text-sm text-ink-soft">
        <p>{type}</p>
        <p className="mt-1 flex items-center gap-1">
          <code className="min-w-0 font-mono text-ink wrap-anywhere">{inGroups(secret)}</code>
          <CopyButton text={() => secret} label={copySecret} />
        </p>
      </div>
      <CodeField error={errors.code} autoFocus />
      <Actions action={turnOn} isBusy={isBusy} onCancel={onCancel} />
    </form>
  );
}

function Actions({ action, isBusy, onCancel }: { action: string; isBusy: boolean; onCancel: () => void }) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button type="submit" look="primary" disabled={isBusy}>
        {action}
      </Button>
      <Button look="plain" onClick={onCancel}>
        {texts.cancel}
      </Button>
    </div>
  );
}

/** Four letters at a time can be typed without losing one's place. */
function inGroups(secret: string): string {
  return secret.replaceAll(/.{4}(?=.)/g, '$& ');
}
