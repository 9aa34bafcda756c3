import { Folder as FolderIcon, FolderPlus, FolderX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { useFolders } from './use-library.ts';
import { useMove } from './use-move.ts';

type FolderTargetsProps = {
  /** What is being dragged. */
  conversation: Conversation;
  /** It was let go of over the place for a new folder. */
  onNewFolder: () => void;
};

/** Where a conversation is dragged to. Only for who has a mouse: its menu leads to the same places. */
export function FolderTargets({ conversation, onNewFolder }: FolderTargetsProps) {
  const { data: folders = [] } = useFolders();
  const move = useMove();
  const { library } = texts;
  return (
    <div
      aria-hidden
      className="absolute inset-x-2 bottom-2 max-h-[60%] animate-pop overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-pop"
    >
      <p className="px-2 pt-1 pb-1.5 text-2xs font-medium text-ink-faint">{library.moveTitle}</p>
      {folders.map((folder) => (
        <Target
          key={folder.id}
          icon={<FolderIcon size={16} />}
          isDisabled={folder.id === conversation.folderId}
          onDrop={() => move([conversation], folder)}
        >
          {folder.name}
        </Target>
      ))}
      {conversation.folderId !== undefined && (
        <Target icon={<FolderX size={16} />} onDrop={() => move([conversation], undefined)}>
          {library.noFolder}
        </Target>
      )}
      <Target icon={<FolderPlus size={16} />} onDrop={onNewFolder}>
        {library.newFolder}
      </Target>
    </div>
  );
}

type TargetProps = { icon: ReactNode; children: ReactNode; isDisabled?: boolean; onDrop: () => void };

function Target({ icon, children, isDisabled = false, onDrop }: TargetProps) {
  const [isOver, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nobody but a mouse comes here, and the menu is for all others
    <div
      onDragEnter={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDragOver={(event) => {
        // A place that does not say so is not dropped on.
        if (!isDisabled) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        onDrop();
      }}
      className={`rounded-lg px-2 py-2 text-sm ${isDisabled ? 'opacity-50' : ''} ${isOver && !isDisabled ? 'bg-accent-soft text-ink' : 'text-ink-soft'}`}
    >
      {/* What is inside must not take the events: entering it would count as leaving this. */}
      <span className="pointer-events-none flex items-center gap-2.5">
        <span className="shrink-0 text-ink-faint">{icon}</span>
        <span className="min-w-0 truncate">{children}</span>
      </span>
    </div>
  );
}
