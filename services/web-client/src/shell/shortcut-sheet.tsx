import { texts } from '../texts.ts';
import { Modal } from '../ui/dialog.tsx';
import { Keys } from '../ui/keys.tsx';
import { type Combination, isMac, keysOf, SHORTCUTS } from './shortcuts.ts';

/** Every shortcut there is, the ones of the message box included. */
export function ShortcutSheet({
  open,
  onOpenChange,
  returnFocus,
}: {
  open: boolean;
  onOpenChange: (isOpen: boolean) => void;
  returnFocus: () => void;
}) {
  const { names } = texts.shortcuts;
  const rows: readonly (readonly [string, Combination])[] = [
    [names.palette, SHORTCUTS.palette],
    [names.newChat, SHORTCUTS.newChat],
    [names.previous, SHORTCUTS.previous],
    [names.next, SHORTCUTS.next],
    [names.focusMessage, SHORTCUTS.focusMessage],
    [names.send, { key: 'Enter' }],
    [names.newLine, { key: 'Enter', shift: true }],
    [names.stop, { key: 'Escape' }],
    [names.help, SHORTCUTS.help],
  ];
  return (
    <Modal open={open} onOpenChange={onOpenChange} returnFocus={returnFocus} title={texts.shortcuts.title}>
      <dl className="mt-4 grid">
        {rows.map(([name, combination]) => (
          <div
            key={name}
            className="flex min-h-10 items-center justify-between gap-4 border-line py-1.5 text-sm not-last:border-b"
          >
            <dt>{name}</dt>
            <dd>
              <Keys names={keysOf(combination, { isMac: isMac() })} />
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
