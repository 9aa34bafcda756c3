import type { Parameters } from '../api/schemas.ts';
import { usePersonas } from '../chat/use-options.ts';
import { usePreferences } from '../shell/use-preferences.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useForm } from '../ui/use-form.ts';
import { ParameterFields } from './parameter-fields.tsx';
import { PARAMETER_FIELDS, parseParameters } from './parameters.ts';

type ParametersFormProps = {
  /** What is in the fields at first. */
  parameters: Parameters;
  persona: string | undefined;
  /** @throws ProblemError */
  onSave: (parameters: Parameters) => Promise<void>;
};

type ParametersDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & ParametersFormProps;

/** Asks for the sampling parameters of a conversation, one that is there or one that begins. */
export function ParametersDialog({ parameters, persona, onSave, ...modal }: ParametersDialogProps) {
  return (
    <Modal {...modal} title={texts.parameters.ofConversation.title}>
      <ParametersForm
        // What somebody else has set meanwhile is shown.
        key={JSON.stringify(parameters)}
        parameters={parameters}
        persona={persona}
        onSave={async (chosen) => {
          await onSave(chosen);
          modal.onOpenChange(false);
        }}
      />
    </Modal>
  );
}

function ParametersForm({ parameters, persona, onSave }: ParametersFormProps) {
  const defaults = useDefaults(persona);
  const { ofConversation: words } = texts.parameters;
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: PARAMETER_FIELDS,
    check: (values) => parseParameters(values).errors,
    submit: (values) => onSave(parseParameters(values).parameters),
  });

  return (
    <form ref={form} noValidate className="mt-1 grid gap-4" onSubmit={onSubmit}>
      <p className="text-sm text-ink-soft">{words.lead}</p>
      <FormProblem problem={problem} />
      <div className="-mx-6 max-h-[55vh] overflow-y-auto px-6 py-1">
        <ParameterFields
          parameters={parameters}
          errors={errors}
          standard={texts.parameters.byPersona}
          defaults={defaults}
        />
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button look="plain" onClick={() => form.current && emptyFields(form.current)}>
          {words.reset}
        </Button>
        <Button type="submit" look="primary" disabled={isBusy}>
          {texts.settings.save}
        </Button>
      </div>
    </form>
  );
}

/** Nothing is stored before one saves. */
function emptyFields(form: HTMLFormElement): void {
  const fields = PARAMETER_FIELDS.map((name) => form.elements.namedItem(name)).filter(isField);
  for (const field of fields) field.value = '';
  fields[0]?.focus();
}

function isField(element: Element | RadioNodeList | null): element is HTMLInputElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}

/** What holds for one's own messages where the conversation says nothing: what one prefers, else what the persona has. */
function useDefaults(persona: string | undefined): Parameters {
  const { data: personas = [] } = usePersonas();
  const preferences = usePreferences();
  const of = (id: string | undefined) => personas.find((candidate) => candidate.id === id)?.parameters;
  return { ...of('assistant'), ...of(persona), ...preferences?.parameters };
}
