import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { texts } from '../texts.ts';
import { Button } from './button.tsx';
import { Confirmation, ConfirmationCancel, type ModalProps } from './dialog.tsx';
import { notify } from './notices.tsx';

type DeletionDialogProps = Omit<ModalProps, 'children'> & {
  description: string;
  /** What the button says that deletes. */
  action: string;
  /** @throws ProblemError */
  onDelete: () => Promise<void>;
};

/** Asks before something is deleted that cannot be taken back, and says why when it could not be deleted. */
export function DeletionDialog({ action, onDelete, onOpenChange, ...question }: DeletionDialogProps) {
  function confirm(): void {
    onOpenChange(false);
    onDelete().catch((error: unknown) => notify(problemText(problemOf(error))));
  }

  return (
    <Confirmation {...question} onOpenChange={onOpenChange}>
      <div className="mt-5 flex justify-end gap-2">
        <ConfirmationCancel asChild>
          <Button>{texts.cancel}</Button>
        </ConfirmationCancel>
        <Button look="danger" onClick={confirm}>
          {action}
        </Button>
      </div>
    </Confirmation>
  );
}
