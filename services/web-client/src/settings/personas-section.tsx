import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Persona } from '../api/schemas.ts';
import { usePersonas, useReloadPersonas } from '../chat/use-options.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { DeletionDialog } from '../ui/deletion-dialog.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { PersonaForm } from './persona-form.tsx';

/** Ways of answering of one's own: their list, or the form of one of them. */
export function PersonasSection() {
  const personas = usePersonas();
  const [edited, setEdited] = useState<Persona | 'new'>();
  const { personas: words } = texts.settings;
  if (personas.isPending) return <Spinner />;
  if (personas.isError) {
    return (
      <div role="alert" className="grid justify-items-start gap-2 text-sm text-ink-soft">
        {problemText(problemOf(personas.error))}
        <Button onClick={() => void personas.refetch()}>{texts.tryAgain}</Button>
      </div>
    );
  }
  if (edited !== undefined) {
    return <PersonaForm persona={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />;
  }
  const own = personas.data.filter(({ builtIn }) => !builtIn);
  return (
    <div className="grid gap-4">
      <p className="text-sm text-ink-soft">{words.lead}</p>
      {own.length === 0 && (
        <p className="rounded-xl border border-dashed border-line px-4 py-10 text-center text-sm text-ink-faint">
          {words.empty}
        </p>
      )}
      <ul className="divide-y divide-line">
        {own.map((persona) => (
          <Row key={persona.id} persona={persona} onEdit={() => setEdited(persona)} />
        ))}
      </ul>
      <Button look="primary" className="justify-self-start" onClick={() => setEdited('new')}>
        <Plus size={16} aria-hidden />
        {words.create}
      </Button>
    </div>
  );
}

function Row({ persona, onEdit }: { persona: Persona; onEdit: () => void }) {
  const { api } = useServices();
  const reload = useReloadPersonas();
  const [isAsking, setAsking] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const { personas: words } = texts.settings;
  return (
    <li className="flex items-center gap-2 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">{persona.name}</p>
        {persona.description !== '' && <p className="text-xs text-ink-faint wrap-anywhere">{persona.description}</p>}
      </div>
      <IconButton label={words.edit(persona.name)} onClick={onEdit}>
        <Pencil size={16} aria-hidden />
      </IconButton>
      <IconButton ref={trigger} label={words.remove(persona.name)} onClick={() => setAsking(true)}>
        <Trash2 size={16} aria-hidden />
      </IconButton>
      <DeletionDialog
        open={isAsking}
        onOpenChange={setAsking}
        returnFocus={() => trigger.current?.focus()}
        title={words.removeTitle(persona.name)}
        description={words.removeBody}
        action={words.removeAction}
        onDelete={() => api.personas.remove(persona.id).finally(reload)}
      />
    </li>
  );
}
