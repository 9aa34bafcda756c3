import { ContextMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { MENU_ITEM_LOOK, MENU_LOOK, MenuItem } from './menu.tsx';

/** A line of a menu that exists twice: behind a button, and under the other mouse button. */
export type MenuEntry = { id: string; label: string; icon: ReactNode; onSelect: () => void };

/** The entries inside a Menu. */
export function MenuEntries({ entries }: { entries: readonly MenuEntry[] }) {
  return entries.map(({ id, label, icon, onSelect }) => (
    <MenuItem key={id} icon={icon} onSelect={onSelect}>
      {label}
    </MenuItem>
  ));
}

/** Opens the entries where one clicks with the other button, or presses long. */
export function ContextArea({ entries, children }: { entries: readonly MenuEntry[]; children: ReactNode }) {
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className={MENU_LOOK} collisionPadding={10}>
          {entries.map(({ id, label, icon, onSelect }) => (
            <ContextMenu.Item key={id} className={MENU_ITEM_LOOK} onSelect={onSelect}>
              <span className="text-ink-faint">{icon}</span>
              {label}
            </ContextMenu.Item>
          ))}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
