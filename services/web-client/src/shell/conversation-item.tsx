import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { NavLink } from 'react-router';
import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { COMPOSER_ID } from './composer-id.ts';
import { DeleteDialog, RenameDialog } from './conversation-dialogs.tsx';

/** One conversation in the list, with its menu. */
export function ConversationItem({ conversation }: { conversation: Conversation }) {
  const title = conversation.title || texts.sidebar.untitled;
  return (
    <li className="group/item relative">
      <NavLink
        to={`/c/${conversation.id}`}
        className="block truncate rounded-lg py-1.5 pr-9 pl-2 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
      >
        {title}
      </NavLink>
      <ConversationMenu
        conversation={conversation}
        className="absolute top-0.5 right-0.5 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
      />
    </li>
  );
}

/** Rename and delete. */
export function ConversationMenu({ conversation, className = '' }: { conversation: Conversation; className?: string }) {
  const [dialog, setDialog] = useState<'rename' | 'delete'>();
  const label = texts.sidebar.options(conversation.title || texts.sidebar.untitled);
  const trigger = useRef<HTMLButtonElement>(null);
  const dialogProps = {
    conversation,
    onOpenChange: (isOpen: boolean) => isOpen || setDialog(undefined),
    // A deleted conversation has taken its menu with it.
    returnFocus: () => (trigger.current ?? document.getElementById(COMPOSER_ID))?.focus(),
  };
  return (
    <>
      <Menu
        align="end"
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label={label}
            className={`inline-flex size-7 items-center justify-center rounded-md text-ink-faint transition-opacity hover:bg-line hover:text-ink ${className}`}
          >
            <Ellipsis size={16} aria-hidden />
          </button>
        }
      >
        <MenuItem icon={<Pencil size={16} aria-hidden />} onSelect={() => setDialog('rename')}>
          {texts.sidebar.rename}
        </MenuItem>
        <MenuItem icon={<Trash2 size={16} aria-hidden />} onSelect={() => setDialog('delete')}>
          {texts.sidebar.delete}
        </MenuItem>
      </Menu>
      <RenameDialog {...dialogProps} open={dialog === 'rename'} />
      <DeleteDialog {...dialogProps} open={dialog === 'delete'} />
    </>
  );
}
