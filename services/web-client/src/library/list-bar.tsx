import { ArrowDownWideNarrow, CheckSquare, ChevronDown, FolderPen, FolderPlus, FolderX } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Folder } from '../api/library.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';
import { DeletionDialog } from '../ui/deletion-dialog.tsx';
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLabel } from '../ui/menu.tsx';
import { FolderNameDialog } from './folder-name-dialog.tsx';
import { useListChoice } from './list-choice.tsx';
import { nameOfPlace, narrowingOf, placeOf } from './places.ts';
import { useFolders, useReloadLibrary, useTags } from './use-library.ts';

const SORTS = ['recent', 'created', 'title'] as const;

/** What the list shows, in which order, and the way to choose many. */
export function ListBar() {
  const { startSelecting } = useListChoice();
  return (
    <div className="flex items-center gap-0.5">
      <PlaceMenu />
      <SortMenu />
      <IconButton label={texts.library.select} onClick={() => startSelecting()}>
        <CheckSquare size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

function PlaceMenu() {
  const { api } = useServices();
  const reload = useReloadLibrary();
  const { narrowing, setNarrowing } = useListChoice();
  const [dialog, setDialog] = useState<'new' | 'rename' | 'delete'>();
  const trigger = useRef<HTMLButtonElement>(null);
  const { data: folders = [] } = useFolders();
  const { data: tags = [] } = useTags();
  const { library } = texts;
  const place = placeOf(narrowing);
  const current = folders.find(({ id }) => id === narrowing.folderId);
  const name = nameOfPlace(narrowing, folders);

  async function remove(folder: Folder): Promise<void> {
    try {
      await api.library.deleteFolder(folder.id);
      show('all');
    } finally {
      reload();
    }
  }

  function show(next: string): void {
    setNarrowing({ ...narrowingOf(next), ...(narrowing.sort && { sort: narrowing.sort }) });
  }

  return (
    <>
      <Menu
        align="start"
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label={library.shown(name)}
            className="inline-flex h-8 min-w-0 flex-1 items-center gap-1.5 rounded-lg px-2 text-sm font-medium text-ink-soft hover:bg-hover hover:text-ink data-[state=open]:bg-hover"
          >
            <span className="truncate">{name}</span>
            <ChevronDown size={14} aria-hidden className="shrink-0 text-ink-faint" />
          </button>
        }
      >
        <MenuChoices value={place} onValueChange={show}>
          <MenuChoice value="all">{library.all}</MenuChoice>
          <MenuChoice value="unread">{library.unread}</MenuChoice>
          {folders.length > 0 && <MenuLabel>{library.folders}</MenuLabel>}
          {folders.map((folder) => (
            <MenuChoice key={folder.id} value={placeOf({ folderId: folder.id })}>
              {folder.name}
            </MenuChoice>
          ))}
          {tags.length > 0 && <MenuLabel>{library.tags}</MenuLabel>}
          {tags.map((tag) => (
            <MenuChoice key={tag.name} value={placeOf({ tag: tag.name })} note={library.count(tag.conversationCount)}>
              {tag.name}
            </MenuChoice>
          ))}
        </MenuChoices>
        <div className="mt-1.5 border-t border-line pt-1.5">
          <MenuItem icon={<FolderPlus size={16} aria-hidden />} onSelect={() => setDialog('new')}>
            {library.newFolder}
          </MenuItem>
          {current !== undefined && (
            <>
              <MenuItem icon={<FolderPen size={16} aria-hidden />} onSelect={() => setDialog('rename')}>
                {library.renameFolder}
              </MenuItem>
              <MenuItem icon={<FolderX size={16} aria-hidden />} onSelect={() => setDialog('delete')}>
                {library.deleteFolder}
              </MenuItem>
            </>
          )}
        </div>
      </Menu>
      <FolderNameDialog
        folder={dialog === 'rename' ? current : undefined}
        open={dialog === 'new' || dialog === 'rename'}
        onOpenChange={(isOpen) => isOpen || setDialog(undefined)}
        returnFocus={() => trigger.current?.focus()}
        onDone={(folder: Folder) => show(placeOf({ folderId: folder.id }))}
      />
      {current !== undefined && (
        <DeletionDialog
          open={dialog === 'delete'}
          onOpenChange={(isOpen) => isOpen || setDialog(undefined)}
          returnFocus={() => trigger.current?.focus()}
          title={library.deleteFolderTitle(current.name)}
          description={library.deleteFolderBody}
          action={library.deleteFolder}
          onDelete={() => remove(current)}
        />
      )}
    </>
  );
}

function SortMenu() {
  const { narrowing, setNarrowing } = useListChoice();
  const { sort = 'recent', ...place } = narrowing;
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label={`${texts.library.sort}: ${texts.library.sorts[sort]}`}
          title={texts.library.sort}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-hover hover:text-ink data-[state=open]:bg-hover"
        >
          <ArrowDownWideNarrow size={16} aria-hidden />
        </button>
      }
    >
      <MenuLabel>{texts.library.sort}</MenuLabel>
      <MenuChoices
        value={sort}
        onValueChange={(next) =>
          setNarrowing(next === 'created' || next === 'title' ? { ...place, sort: next } : place)
        }
      >
        {SORTS.map((key) => (
          <MenuChoice key={key} value={key}>
            {texts.library.sorts[key]}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  );
}
