import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Persona } from '../api/schemas.ts';
import { useReloadPersonas } from '../chat/use-options.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirmation, ConfirmationCancel, type ModalProps } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';

type DeletePersonaDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & { persona: Persona };

/** Asks before a persona of one's own is deleted. */
export function DeletePersonaDialog({ persona, onOpenChange, ...modal }: DeletePersonaDialogProps) {
  const { api } = useServices();
  const reload = useReloadPersonas();
  const { personas: words } = texts.settings;

  async function remove(): Promise<void> {
    onOpenChange(false);
    try {
      await api.personas.remove(persona.id);
    } catch (error) {
      notify(problemText(problemOf(error)));
    } finally {
      reload();
    }
  }

  return (
    <Confirmation
      {...modal}
      onOpenChange={onOpenChange}
      title={words.removeTitle(persona.name)}
      description={words.removeBody}
    >
      <div className="mt-5 flex justify-end gap-2">
        <ConfirmationCancel asChild>
          <Button>{texts.cancel}</Button>
        </ConfirmationCancel>
        <Button look="danger" onClick={() => void remove()}>
          {words.removeAction}
        </Button>
      </div>
    </Confirmation>
  );
}
