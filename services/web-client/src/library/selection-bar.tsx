import { Archive, FolderInput, Mail, MailOpen, Tags, Trash2, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';
import { useListChoice } from './list-choice.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { TagsDialog } from './tags-dialog.tsx';
import { useArrange } from './use-arrange.ts';

/** What can be done with the conversations that are chosen. `listed` are those of the list, as far as it is loaded. */
export function SelectionBar({ listed, ids }: { listed: readonly Conversation[]; ids: ReadonlySet<string> }) {
  const { selectAll, stopSelecting } = useListChoice();
  const [dialog, setDialog] = useState<'move' | 'tags'>();
  const bar = useRef<HTMLFieldSetElement>(null);
  const { arrange, trash } = useArrange();
  const chosen = listed.filter(({ id }) => ids.has(id));
  const isAll = chosen.length === listed.length && listed.length > 0;
  const isUnread = chosen.some(({ unread }) => unread === true);
  const { library } = texts;
  const modal = {
    conversations: chosen,
    onOpenChange: (isOpen: boolean) => isOpen || setDialog(undefined),
    returnFocus: () => bar.current?.querySelector<HTMLElement>('button:not(:disabled)')?.focus(),
    onDone: stopSelecting,
  };
  useEscape(stopSelecting);

  function act(run: () => void): void {
    stopSelecting();
    run();
  }

  return (
    <fieldset ref={bar} className="grid gap-1" aria-label={library.selection}>
      <div className="flex min-h-8 items-center gap-2.5 pl-2 text-sm">
        <input
          type="checkbox"
          aria-label={library.selectAll}
          className="size-4 accent-accent"
          checked={isAll}
          onChange={() => selectAll(isAll ? [] : listed.map(({ id }) => id))}
        />
        <span role="status" className="flex-1 font-medium">
          {library.selected(chosen.length)}
        </span>
        <IconButton label={library.stopSelecting} onClick={stopSelecting}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="flex gap-0.5">
        <Action
          label={isUnread ? library.markRead : library.markUnread}
          isDisabled={chosen.length === 0}
          onClick={() =>
            act(() => arrange(chosen, () => ({ unread: !isUnread }), isUnread ? library.read : library.unreadNow))
          }
        >
          {isUnread ? <MailOpen size={16} aria-hidden /> : <Mail size={16} aria-hidden />}
        </Action>
        <Action label={library.move} isDisabled={chosen.length === 0} onClick={() => setDialog('move')}>
          <FolderInput size={16} aria-hidden />
        </Action>
        <Action label={library.editTags} isDisabled={chosen.length === 0} onClick={() => setDialog('tags')}>
          <Tags size={16} aria-hidden />
        </Action>
        <Action
          label={texts.organise.archive}
          isDisabled={chosen.length === 0}
          onClick={() => act(() => arrange(chosen, () => ({ archived: true }), library.archived))}
        >
          <Archive size={16} aria-hidden />
        </Action>
        <Action label={texts.organise.trash} isDisabled={chosen.length === 0} onClick={() => act(() => trash(chosen))}>
          <Trash2 size={16} aria-hidden />
        </Action>
      </div>
      <MoveDialog {...modal} open={dialog === 'move'} />
      <TagsDialog {...modal} open={dialog === 'tags'} />
    </fieldset>
  );
}

type ActionProps = { label: string; isDisabled: boolean; onClick: () => void; children: ReactNode };

function Action({ label, isDisabled, onClick, children }: ActionProps) {
  return (
    <IconButton label={label} disabled={isDisabled} onClick={onClick}>
      {children}
    </IconButton>
  );
}

/** Leaves by Esc, unless something that is open above the page takes it for itself. */
function useEscape(leave: () => void): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const isTaken = document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
      if (event.key !== 'Escape' || event.defaultPrevented || isTaken) return;
      event.preventDefault();
      leave();
    }
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  });
}
