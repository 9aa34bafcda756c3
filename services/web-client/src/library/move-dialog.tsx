import { Folder as FolderIcon, FolderPlus, FolderX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal, type ModalProps } from '../ui/dialog.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { FolderNameDialog } from './folder-name-dialog.tsx';
import { useFolders } from './use-library.ts';
import { useMove } from './use-move.ts';

type MoveDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & {
  conversations: readonly Conversation[];
  onDone?: () => void;
};

/** Asks into which folder conversations go. */
export function MoveDialog({ conversations, onDone, open, onOpenChange, returnFocus }: MoveDialogProps) {
  const [isNaming, setNaming] = useState(false);
  const move = useMove();
  const { library } = texts;

  function moveTo(folder: { id: string; name: string } | undefined): void {
    onOpenChange(false);
    move(conversations, folder);
    onDone?.();
  }

  return (
    <>
      <Modal open={open} onOpenChange={onOpenChange} returnFocus={returnFocus} title={library.moveTitle}>
        <FolderChoices conversations={conversations} onChoose={moveTo}>
          <Button
            look="plain"
            className="justify-start"
            onClick={() => {
              onOpenChange(false);
              setNaming(true);
            }}
          >
            <FolderPlus size={16} aria-hidden />
            {library.newFolder}
          </Button>
        </FolderChoices>
      </Modal>
      <FolderNameDialog
        folder={undefined}
        open={isNaming}
        onOpenChange={setNaming}
        returnFocus={returnFocus}
        onDone={moveTo}
      />
    </>
  );
}

type FolderChoicesProps = {
  conversations: readonly Conversation[];
  onChoose: (folder: { id: string; name: string } | undefined) => void;
  children: ReactNode;
};

function FolderChoices({ conversations, onChoose, children }: FolderChoicesProps) {
  const folders = useFolders();
  const isIn = (folderId: string) => conversations.every((conversation) => conversation.folderId === folderId);
  if (folders.isPending) return <Spinner />;
  if (folders.isError) {
    return (
      <p role="alert" className="mt-3 text-sm text-danger">
        {problemText(problemOf(folders.error))}
      </p>
    );
  }
  return (
    <div className="mt-3 -mx-2 grid max-h-[50vh] overflow-y-auto">
      {folders.data.map(({ id, name }) => (
        <Button
          key={id}
          look="plain"
          className="justify-start text-left wrap-anywhere"
          aria-pressed={isIn(id)}
          disabled={isIn(id)}
          onClick={() => onChoose({ id, name })}
        >
          <FolderIcon size={16} aria-hidden className="shrink-0" />
          {name}
        </Button>
      ))}
      {conversations.some(({ folderId }) => folderId !== undefined) && (
        <Button look="plain" className="justify-start" onClick={() => onChoose(undefined)}>
          <FolderX size={16} aria-hidden />
          {texts.library.noFolder}
        </Button>
      )}
      {children}
    </div>
  );
}
