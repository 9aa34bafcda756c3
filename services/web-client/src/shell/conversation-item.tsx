import { Archive, ArchiveRestore, Ellipsis, Pencil, Pin, PinOff, Trash2 } from 'lucide-react';
import { type Ref, useRef, useState } from 'react';
import { NavLink } from 'react-router';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { ContextArea, MenuEntries, type MenuEntry } from '../ui/entries.tsx';
import { Menu } from '../ui/menu.tsx';
import { COMPOSER_ID } from './composer-id.ts';
import { RenameDialog } from './rename-dialog.tsx';
import { useConversationActions } from './use-conversation-actions.ts';

/** One conversation in the list, with its menu. */
export function ConversationItem({ conversation }: { conversation: Conversation }) {
  const title = conversation.title || texts.sidebar.untitled;
  const trigger = useRef<HTMLButtonElement>(null);
  const { entries, dialog } = useConversationMenu(conversation, () => trigger.current);
  return (
    <li className="group/item relative">
      <ContextArea entries={entries}>
        <NavLink
          to={`/c/${conversation.id}`}
          className="block truncate rounded-lg py-1.5 pr-9 pl-2 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {title}
        </NavLink>
      </ContextArea>
      <MenuButton
        ref={trigger}
        title={title}
        entries={entries}
        className="absolute top-0.5 right-0.5 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
      />
      {dialog}
    </li>
  );
}

/** The menu of the conversation that is open. */
export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const trigger = useRef<HTMLButtonElement>(null);
  const { entries, dialog } = useConversationMenu(conversation, () => trigger.current);
  return (
    <>
      <MenuButton ref={trigger} title={conversation.title || texts.sidebar.untitled} entries={entries} className="" />
      {dialog}
    </>
  );
}

type MenuButtonProps = {
  ref: Ref<HTMLButtonElement>;
  title: string;
  entries: readonly MenuEntry[];
  className: string;
};

function MenuButton({ ref, title, entries, className }: MenuButtonProps) {
  return (
    <Menu
      align="end"
      trigger={
        <button
          ref={ref}
          type="button"
          aria-label={texts.sidebar.options(title)}
          className={`inline-flex size-7 items-center justify-center rounded-md text-ink-faint transition-opacity hover:bg-line hover:text-ink ${className}`}
        >
          <Ellipsis size={16} aria-hidden />
        </button>
      }
    >
      <MenuEntries entries={entries} />
    </Menu>
  );
}

/** The entries of a conversation's menu, and the dialog that one of them opens. */
function useConversationMenu(conversation: Conversation, trigger: () => HTMLElement | null) {
  const [isRenaming, setRenaming] = useState(false);
  const actions = useConversationActions(conversation);
  const { pinned, archived } = conversation;
  const entries: MenuEntry[] = [
    {
      id: 'pin',
      label: pinned ? texts.organise.unpin : texts.organise.pin,
      icon: pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />,
      onSelect: actions.togglePinned,
    },
    {
      id: 'rename',
      label: texts.sidebar.rename,
      icon: <Pencil size={16} aria-hidden />,
      onSelect: () => setRenaming(true),
    },
    {
      id: 'archive',
      label: archived ? texts.organise.unarchive : texts.organise.archive,
      icon: archived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />,
      onSelect: actions.toggleArchived,
    },
    {
      id: 'trash',
      label: texts.organise.trash,
      icon: <Trash2 size={16} aria-hidden />,
      onSelect: actions.trash,
    },
  ];
  const dialog = (
    <RenameDialog
      conversation={conversation}
      open={isRenaming}
      onOpenChange={setRenaming}
      returnFocus={() => (trigger() ?? document.getElementById(COMPOSER_ID))?.focus()}
    />
  );
  return { entries, dialog };
}
