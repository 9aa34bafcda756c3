import type { Folder } from '../api/library.ts';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirmation, ConfirmationCancel, type ModalProps } from '../ui/dialog.tsx';
import { notify } from '../ui/notices.tsx';
import { useReloadLibrary } from './use-library.ts';

type DeleteFolderDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & {
  folder: Folder;
  onDone: () => void;
};

/** Asks before a folder is deleted; what is in it stays. */
export function DeleteFolderDialog({ folder, onDone, onOpenChange, ...modal }: DeleteFolderDialogProps) {
  const { api } = useServices();
  const reload = useReloadLibrary();
  const { library } = texts;

  async function remove(): Promise<void> {
    onOpenChange(false);
    try {
      await api.library.deleteFolder(folder.id);
      onDone();
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
      title={library.deleteFolderTitle(folder.name)}
      description={library.deleteFolderBody}
    >
      <div className="mt-5 flex justify-end gap-2">
        <ConfirmationCancel asChild>
          <Button>{texts.cancel}</Button>
        </ConfirmationCancel>
        <Button look="danger" onClick={() => void remove()}>
          {library.deleteFolder}
        </Button>
      </div>
    </Confirmation>
  );
}
