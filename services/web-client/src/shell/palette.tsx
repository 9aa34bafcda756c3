import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useId, useState } from 'react';
import { texts } from '../texts.ts';
import { filterItems, groupItems, type PaletteItem } from './palette-items.ts';
import { usePaletteHits } from './use-palette-hits.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

type PaletteProps = {
  open: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** What there is to choose from besides what the search finds. */
  items: readonly PaletteItem[];
  returnFocus: () => void;
};

/** Finds conversations and actions by a few letters, after the combobox pattern of the ARIA practices. */
export function Palette({ open, onOpenChange, items, returnFocus }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocus();
          }}
          className="fixed top-[max(1rem,12vh)] left-1/2 z-50 flex max-h-[min(32rem,76vh)] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 animate-fade flex-col overflow-hidden rounded-2xl border border-line bg-raised shadow-pop outline-none"
        >
          <Dialog.Title className="sr-only">{texts.palette.title}</Dialog.Title>
          <PaletteBody items={items} onClose={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ items, onClose }: { items: readonly PaletteItem[]; onClose: () => void }) {
  const [query, setQuery] = useState('');
  const [activeId, setActiveId] = useState<string>();
  const listId = useId();
  const hits = usePaletteHits(query);
  const local = filterItems(items, query);
  const groups = groupItems([...local, ...hits.filter((hit) => local.every(({ id }) => id !== hit.id))]);
  const found = groups.flatMap((group) => group.items);
  const active = found.find(({ id }) => id === activeId) ?? found[0];

  function choose(item: PaletteItem | undefined): void {
    if (item === undefined) return;
    onClose();
    item.run();
  }

  function move(step: number): void {
    const index = active === undefined ? -1 : found.indexOf(active);
    const next = found[(index + step + found.length) % found.length];
    setActiveId(next?.id);
    if (next !== undefined) document.getElementById(optionId(listId, next))?.scrollIntoView({ block: 'nearest' });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const step = STEPS[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (step === undefined) choose(active);
    else move(step);
  }

  return (
    <>
      <label className="flex h-13 shrink-0 items-center gap-3 border-b border-line px-4">
        <Search size={18} aria-hidden className="shrink-0 text-ink-faint" />
        <input
          role="combobox"
          aria-label={texts.palette.title}
          aria-expanded
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={active === undefined ? undefined : optionId(listId, active)}
          placeholder={texts.palette.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActiveId(undefined);
          }}
          onKeyDown={onKeyDown}
          autoComplete="off"
          spellCheck={false}
          className="h-full w-full bg-transparent text-base outline-none placeholder:text-ink-faint"
        />
      </label>
      <div id={listId} role="listbox" aria-label={texts.palette.results} className="min-h-0 flex-1 overflow-y-auto p-2">
        {groups.map(({ group, items: members }) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a group of options in a listbox
          <div key={group} role="group" aria-label={group} className="not-first:mt-2">
            <div aria-hidden className="px-2.5 py-1 text-2xs font-medium text-ink-faint">
              {group}
            </div>
            {members.map((item) => (
              <Option
                key={item.id}
                id={optionId(listId, item)}
                item={item}
                isActive={item === active}
                onPoint={() => setActiveId(item.id)}
                onChoose={() => choose(item)}
              />
            ))}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-4 pb-5 text-sm text-ink-faint">{texts.palette.nothing}</p>}
      <p role="status" className="sr-only">
        {texts.palette.count(found.length)}
      </p>
    </>
  );
}

function Option({
  id,
  item,
  isActive,
  onPoint,
  onChoose,
}: {
  id: string;
  item: PaletteItem;
  isActive: boolean;
  onPoint: () => void;
  onChoose: () => void;
}) {
  return (
    // The keyboard reaches it from the field, which keeps the focus.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onPointerMove={onPoint}
      onClick={onChoose}
      className="flex min-h-10 cursor-pointer items-center rounded-lg px-2.5 py-1.5 text-sm aria-selected:bg-hover"
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate">{item.label}</span>
        {item.note !== undefined && <span className="block truncate text-2xs text-ink-faint">{item.note}</span>}
      </span>
    </div>
  );
}

function optionId(listId: string, { id }: PaletteItem): string {
  return `${listId}-${id}`;
}
