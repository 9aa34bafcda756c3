import { Download } from 'lucide-react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { ModelList } from '../api/schemas.ts';
import { useModels } from '../chat/use-options.ts';
import { useValue } from '../live/value.ts';
import { useServices } from '../shell/services.tsx';
import { formatBytes } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/fields.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { useForm } from '../ui/use-form.ts';
import { PullReport } from './pull-report.tsx';

/** The names that the server takes: no host is part of them. */
const NAME = /^(\w[\w-]{0,79}\/)?\w[\w.-]{0,79}(:\w[\w.-]{0,79})?$/;

/** For administrators: which models there are, and more of them. */
export function ModelsSection() {
  return (
    <div className="grid gap-8">
      <InstallForm />
      <InstalledModels />
    </div>
  );
}

function InstallForm() {
  const { modelPull } = useServices();
  const pull = useValue(modelPull.current);
  const { models: words } = texts.settings;
  const { form, errors, onSubmit } = useForm({
    fields: ['model'],
    check: ({ model }) => (NAME.test(model) ? {} : { model: words.nameInvalid }),
    submit: async ({ model }) => modelPull.start(model),
  });

  function stop(): void {
    modelPull.stop();
    // The button that had the focus goes.
    const field = form.current?.elements.namedItem('model');
    if (field instanceof HTMLElement) field.focus();
  }

  return (
    <div className="grid gap-4">
      <p className="text-sm text-ink-soft">{words.lead}</p>
      <form ref={form} noValidate className="grid gap-4" onSubmit={onSubmit}>
        <Field
          name="model"
          label={words.name}
          hint={words.nameHint}
          error={errors.model}
          defaultValue={pull?.state === 'running' ? pull.model : ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <Button type="submit" look="primary" className="justify-self-start" disabled={pull?.state === 'running'}>
          <Download size={16} aria-hidden />
          {words.install}
        </Button>
      </form>
      {pull !== undefined && <PullReport pull={pull} onStop={stop} />}
    </div>
  );
}

function InstalledModels() {
  const models = useModels();
  const { models: words } = texts.settings;
  return (
    <div className="grid gap-3">
      <h2 className="text-lg font-semibold">{words.installed}</h2>
      {models.isPending && <Spinner />}
      {models.isError && (
        <div role="alert" className="grid justify-items-start gap-2 text-sm text-ink-soft">
          {problemText(problemOf(models.error))}
          <Button onClick={() => void models.refetch()}>{texts.tryAgain}</Button>
        </div>
      )}
      {models.data?.items.length === 0 && (
        <p className="rounded-xl border border-dashed border-line px-4 py-10 text-center text-sm text-ink-faint">
          {words.empty}
        </p>
      )}
      <ul className="divide-y divide-line">
        {models.data?.items.map((model) => (
          <ModelRow key={model.name} model={model} />
        ))}
      </ul>
    </div>
  );
}

function ModelRow({
  model: { name, parameterSize, sizeBytes, isDefault, isDemo },
}: {
  model: ModelList['items'][number];
}) {
  const facts = [parameterSize ?? '', sizeBytes > 0 ? formatBytes(sizeBytes) : ''].filter((fact) => fact !== '');
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-1 py-3 text-sm">
      <span className="font-medium wrap-anywhere">{name}</span>
      {isDefault && <Tag>{texts.settings.models.standard}</Tag>}
      {isDemo && <Tag>{texts.composer.demoTag}</Tag>}
      <span className="ml-auto text-xs text-ink-faint">{facts.join(' · ')}</span>
    </li>
  );
}

function Tag({ children }: { children: string }) {
  return <span className="rounded bg-accent-soft px-1.5 text-2xs text-accent">{children}</span>;
}
