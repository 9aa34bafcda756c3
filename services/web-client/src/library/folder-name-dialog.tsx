import type { Folder } from '../api/library.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { Field } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useForm } from '../ui/use-form.ts';
import { useReloadLibrary } from './use-library.ts';

const NAME_LENGTH_MAX = 100;

type FolderNameDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & {
  /** The folder to rename; undefined makes a new one. */
  folder: Folder | undefined;
  onDone: (folder: Folder) => void;
};

/** Asks for the name of a folder. */
export function FolderNameDialog({ folder, onDone, ...modal }: FolderNameDialogProps) {
  const { library } = texts;
  return (
    <Modal {...modal} title={folder === undefined ? library.newFolder : library.renameFolder}>
      <NameForm
        folder={folder}
        onDone={(stored) => {
          modal.onOpenChange(false);
          onDone(stored);
        }}
      />
    </Modal>
  );
}

function NameForm({ folder, onDone }: Pick<FolderNameDialogProps, 'folder' | 'onDone'>) {
  const { api } = useServices();
  const reload = useReloadLibrary();
  const { library } = texts;
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['name'],
    check: ({ name }) => (name === '' ? { name: library.nameRequired } : {}),
    async submit({ name }) {
      try {
        onDone(await (folder === undefined ? api.library.createFolder(name) : api.library.renameFolder(folder, name)));
      } finally {
        // Also after a conflict: then the name that somebody else gave is shown behind the dialog.
        reload();
      }
    },
  });
  return (
    <form ref={form} noValidate className="mt-4 grid gap-4" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <Field
        name="name"
        label={library.folderName}
        error={errors.name}
        defaultValue={folder?.name ?? ''}
        maxLength={NAME_LENGTH_MAX}
      />
      <Button type="submit" look="primary" className="justify-self-end" disabled={isBusy}>
        {texts.settings.save}
      </Button>
    </form>
  );
}
