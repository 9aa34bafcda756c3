import { usePreferences, useSavePreferences } from '../shell/use-preferences.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';
import { useForm } from '../ui/use-form.ts';
import { ParameterFields } from './parameter-fields.tsx';
import { PARAMETER_FIELDS, parseParameters } from './parameters.ts';

/** The sampling parameters that go with every message one sends. */
export function ParametersForm() {
  const preferences = usePreferences();
  const save = useSavePreferences();
  const { form, errors, isBusy, onSubmit } = useForm({
    fields: PARAMETER_FIELDS,
    check: (values) => parseParameters(values).errors,
    async submit(values) {
      save({ parameters: parseParameters(values).parameters }, { onSuccess: () => notify(texts.settings.saved) });
    },
  });
  if (preferences === undefined) return null;
  return (
    <form ref={form} noValidate className="grid gap-4 py-4" onSubmit={onSubmit}>
      <div>
        <h2 className="text-sm font-medium">{texts.parameters.title}</h2>
        <p className="mt-0.5 text-xs text-ink-faint">{texts.parameters.lead}</p>
      </div>
      <ParameterFields
        key={JSON.stringify(preferences.parameters)}
        parameters={preferences.parameters}
        errors={errors}
        standard={texts.parameters.byPersona}
      />
      <Button type="submit" look="primary" className="justify-self-start" disabled={isBusy}>
        {texts.settings.save}
      </Button>
    </form>
  );
}
