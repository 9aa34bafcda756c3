import {
  Archive,
  ArchiveRestore,
  Download,
  Ellipsis,
  FolderInput,
  Mail,
  MailOpen,
  Pencil,
  Pin,
  PinOff,
  Share2,
  SlidersHorizontal,
  Tags,
  Trash2,
} from 'lucide-react';
import { type Ref, useRef, useState } from 'react';
import { NavLink } from 'react-router';
import type { Conversation } from '../api/schemas.ts';
import { useListChoice } from '../library/list-choice.tsx';
import { MoveDialog } from '../library/move-dialog.tsx';
import { TagsDialog } from '../library/tags-dialog.tsx';
import { useArrange } from '../library/use-arrange.ts';
import { ConversationParametersDialog } from '../settings/conversation-parameters-dialog.tsx';
import { ExportDialog } from '../share/export-dialog.tsx';
import { ShareDialog } from '../share/share-dialog.tsx';
import { texts } from '../texts.ts';
import { ContextArea, MenuEntries, type MenuEntry } from '../ui/entries.tsx';
import { Menu } from '../ui/menu.tsx';
import { COMPOSER_ID } from './composer-id.ts';
import { RenameDialog } from './rename-dialog.tsx';
import { useConversationActions } from './use-conversation-actions.ts';

type ConversationItemProps = {
  conversation: Conversation;
  order: readonly string[];
  /** Told of it while it is being dragged, and of nothing when it is let go. */
  onDrag: (conversation: Conversation | undefined) => void;
};

/** One conversation in the list, with its menu; while one is choosing, with a box instead. `order` is that of the list. */
export function ConversationItem({ conversation, order, onDrag }: ConversationItemProps) {
  const { selection } = useListChoice();
  return selection === undefined ? (
    <LinkItem conversation={conversation} onDrag={onDrag} />
  ) : (
    <ChoiceItem conversation={conversation} order={order} isChosen={selection.ids.has(conversation.id)} />
  );
}

function LinkItem({ conversation, onDrag }: Omit<ConversationItemProps, 'order'>) {
  const title = conversation.title || texts.sidebar.untitled;
  const trigger = useRef<HTMLButtonElement>(null);
  const dragStart = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { startSelecting } = useListChoice();
  const { entries, dialog } = useConversationMenu(conversation, () => trigger.current);
  return (
    <div className="group/item relative">
      <ContextArea entries={entries}>
        <NavLink
          to={`/c/${conversation.id}`}
          onClick={(event) => {
            if (!event.shiftKey) return;
            event.preventDefault();
            startSelecting(conversation.id);
          }}
          // Browsers end a drag at once when the page changes in the moment in which it begins.
          onDragStart={() => {
            dragStart.current = setTimeout(onDrag, 0, conversation);
          }}
          onDragEnd={() => {
            clearTimeout(dragStart.current);
            onDrag(undefined);
          }}
          className="flex items-center gap-2 rounded-lg py-1.5 pr-9 pl-2 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {({ isActive }) => (
            <TitleWithDot
              title={title}
              isUnread={conversation.unread === true && !isActive}
              isGenerating={conversation.generating === true}
            />
          )}
        </NavLink>
      </ContextArea>
      <MenuButton
        ref={trigger}
        title={title}
        entries={entries}
        className="absolute top-0.5 right-0.5 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
      />
      {dialog}
    </div>
  );
}

type ChoiceItemProps = Omit<ConversationItemProps, 'onDrag'> & { isChosen: boolean };

function ChoiceItem({ conversation, order, isChosen }: ChoiceItemProps) {
  const { toggle, extendTo } = useListChoice();
  return (
    // With Shift, a click would mark text, too.
    <label className="flex items-center gap-2.5 rounded-lg px-2 py-1.5 text-sm text-ink-soft select-none hover:bg-hover has-checked:bg-accent-soft has-checked:text-ink">
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-accent"
        checked={isChosen}
        // A press of the space bar is a click, too, and tells of Shift.
        onClick={({ shiftKey }) => (shiftKey ? extendTo(conversation.id, order) : toggle(conversation.id))}
        onChange={() => {}}
      />
      <TitleWithDot
        title={conversation.title || texts.sidebar.untitled}
        isUnread={conversation.unread === true}
        isGenerating={conversation.generating === true}
      />
    </label>
  );
}

type TitleWithDotProps = { title: string; isUnread: boolean; isGenerating: boolean };

function TitleWithDot({ title, isUnread, isGenerating }: TitleWithDotProps) {
  return (
    <>
      <span className={`min-w-0 truncate ${isUnread ? 'font-semibold text-ink' : ''}`}>{title}</span>
      {isGenerating && (
        <>
          <span aria-hidden className="h-4 w-0.5 shrink-0 animate-breathe rounded-full bg-accent" />
          <span className="sr-only">{texts.together.generating}</span>
        </>
      )}
      {isUnread && (
        <>
          <span aria-hidden className="size-2 shrink-0 rounded-full bg-accent" />
          <span className="sr-only">{texts.library.isUnread}</span>
        </>
      )}
    </>
  );
}

/** The menu of the conversation that is open. */
export function ConversationMenu({
  conversation,
  shownLeafId,
}: {
  conversation: Conversation;
  /** The last message that is shown, when that is not on the active branch. */
  shownLeafId: string | undefined;
}) {
  const trigger = useRef<HTMLButtonElement>(null);
  const { entries, dialog } = useConversationMenu(conversation, () => trigger.current, shownLeafId);
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
function useConversationMenu(conversation: Conversation, trigger: () => HTMLElement | null, shownLeafId?: string) {
  const [asking, setAsking] = useState<'name' | 'folder' | 'tags' | 'sampling' | 'share' | 'export'>();
  const { arrange } = useArrange();
  const actions = useConversationActions(conversation);
  const { pinned, archived, unread = false, role } = conversation;
  const { library } = texts;
  const share: MenuEntry = {
    id: 'share',
    label: texts.share.action,
    icon: <Share2 size={16} aria-hidden />,
    onSelect: () => setAsking('share'),
  };
  const rename: MenuEntry = {
    id: 'rename',
    label: texts.sidebar.rename,
    icon: <Pencil size={16} aria-hidden />,
    onSelect: () => setAsking('name'),
  };
  const sampling: MenuEntry = {
    id: 'sampling',
    label: texts.parameters.ofConversation.action,
    icon: <SlidersHorizontal size={16} aria-hidden />,
    onSelect: () => setAsking('sampling'),
  };
  const trash: MenuEntry = {
    id: 'trash',
    label: texts.organise.trash,
    icon: <Trash2 size={16} aria-hidden />,
    onSelect: actions.trash,
  };
  const entries: MenuEntry[] = [
    {
      id: 'pin',
      label: pinned ? texts.organise.unpin : texts.organise.pin,
      icon: pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />,
      onSelect: actions.togglePinned,
    },
    ...(role === 'reader' ? [] : [rename]),
    {
      id: 'unread',
      label: unread ? library.markRead : library.markUnread,
      icon: unread ? <MailOpen size={16} aria-hidden /> : <Mail size={16} aria-hidden />,
      onSelect: () => arrange([conversation], () => ({ unread: !unread }), unread ? library.read : library.unreadNow),
    },
    {
      id: 'move',
      label: library.move,
      icon: <FolderInput size={16} aria-hidden />,
      onSelect: () => setAsking('folder'),
    },
    {
      id: 'tags',
      label: library.editTags,
      icon: <Tags size={16} aria-hidden />,
      onSelect: () => setAsking('tags'),
    },
    ...(role === 'reader' ? [] : [sampling]),
    ...(role === 'owner' ? [share] : []),
    {
      id: 'export',
      label: texts.exporting.action,
      icon: <Download size={16} aria-hidden />,
      onSelect: () => setAsking('export'),
    },
    {
      id: 'archive',
      label: archived ? texts.organise.unarchive : texts.organise.archive,
      icon: archived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />,
      onSelect: actions.toggleArchived,
    },
    ...(role === 'owner' ? [trash] : []),
  ];
  const modal = {
    onOpenChange: (isOpen: boolean) => isOpen || setAsking(undefined),
    returnFocus: () => (trigger() ?? document.getElementById(COMPOSER_ID))?.focus(),
  };
  const dialog = (
    <>
      <RenameDialog {...modal} conversation={conversation} open={asking === 'name'} />
      <MoveDialog {...modal} conversations={[conversation]} open={asking === 'folder'} />
      <TagsDialog {...modal} conversations={[conversation]} open={asking === 'tags'} />
      <ConversationParametersDialog {...modal} conversation={conversation} open={asking === 'sampling'} />
      <ShareDialog {...modal} conversation={conversation} shownLeafId={shownLeafId} open={asking === 'share'} />
      <ExportDialog {...modal} conversation={conversation} open={asking === 'export'} />
    </>
  );
  return { entries, dialog };
}
