import { useState } from 'react';
import * as z from 'zod/mini';
import { problemOf } from '../api/problem.ts';
import { type Persona, PersonaSchema } from '../api/schemas.ts';
import { useReloadPersonas } from '../chat/use-options.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { AreaField, Field } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { notify } from '../ui/notices.tsx';
import { useForm } from '../ui/use-form.ts';
import { ParameterFields } from './parameter-fields.tsx';
import { PARAMETER_FIELDS, parseParameters } from './parameters.ts';

const LENGTH_MAX = { name: 60, description: 200, prompt: 8_000 } as const;
const FIELDS = ['name', 'description', 'prompt', ...PARAMETER_FIELDS] as const;

type PersonaFormProps = {
  /** The one to change; undefined makes a new one. */
  persona: Persona | undefined;
  onClose: () => void;
};

/** Makes or changes a persona. After a conflict it shows what is stored now, beside what one has written. */
export function PersonaForm({ persona, onClose }: PersonaFormProps) {
  const { api } = useServices();
  const reload = useReloadPersonas();
  const [base, setBase] = useState(persona);
  const [newer, setNewer] = useState<Persona>();
  const { personas: words } = texts.settings;
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: FIELDS,
    check: ({ name, prompt, ...fields }) => ({
      ...(name === '' && { name: words.nameRequired }),
      ...(prompt === '' && { prompt: words.promptRequired }),
      ...parseParameters(fields).errors,
    }),
    async submit({ name, description, prompt, ...fields }) {
      const content = { name, description, prompt, parameters: parseParameters(fields).parameters };
      try {
        if (base === undefined) await api.personas.create(content);
        else await api.personas.update({ id: base.id, version: newer?.version ?? base.version ?? 1 }, content);
      } catch (error) {
        const current = z.safeParse(PersonaSchema, problemOf(error).current);
        if (current.success) setNewer(current.data);
        throw error;
      } finally {
        reload();
      }
      notify(texts.settings.saved);
      onClose();
    },
  });

  return (
    // Another state to begin with fills the fields anew.
    <form key={base?.version} ref={form} noValidate className="grid gap-5" onSubmit={onSubmit}>
      <h2 className="text-lg font-semibold">{persona === undefined ? words.create : words.edit(persona.name)}</h2>
      <FormProblem problem={problem} />
      {newer !== undefined && (
        <StoredNow
          persona={newer}
          onTake={() => {
            setBase(newer);
            setNewer(undefined);
          }}
        />
      )}
      <Field
        name="name"
        label={texts.auth.name}
        error={errors.name}
        defaultValue={base?.name ?? ''}
        maxLength={LENGTH_MAX.name}
        autoComplete="off"
      />
      <Field
        name="description"
        label={words.description}
        hint={words.descriptionHint}
        error={errors.description}
        defaultValue={base?.description ?? ''}
        maxLength={LENGTH_MAX.description}
        required={false}
        autoComplete="off"
      />
      <AreaField
        name="prompt"
        label={words.prompt}
        hint={words.promptHint}
        error={errors.prompt}
        defaultValue={base?.prompt ?? ''}
        maxLength={LENGTH_MAX.prompt}
        rows={7}
      />
      <ParameterFields parameters={base?.parameters ?? {}} errors={errors} standard={texts.parameters.byServer} />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={isBusy}>
          {newer === undefined ? texts.settings.save : words.saveMine}
        </Button>
        <Button look="plain" onClick={onClose}>
          {texts.cancel}
        </Button>
      </div>
    </form>
  );
}

function StoredNow({ persona, onTake }: { persona: Persona; onTake: () => void }) {
  const { personas: words } = texts.settings;
  return (
    <section aria-label={words.storedNow} className="grid gap-2 rounded-lg border border-line bg-sunken p-3.5 text-sm">
      <h3 className="font-medium">{words.storedNow}</h3>
      <p className="font-medium">{persona.name}</p>
      {persona.description !== '' && <p className="text-ink-soft">{persona.description}</p>}
      <p className="max-h-40 overflow-y-auto whitespace-pre-wrap text-ink-soft wrap-anywhere">{persona.prompt}</p>
      <Button className="justify-self-start" onClick={onTake}>
        {words.takeTheirs}
      </Button>
    </section>
  );
}
