import { useEffect } from 'react';
import { texts } from '../texts.ts';

/** A combination of keys. `mod` is ⌘ on a Mac and Ctrl elsewhere. Keys are compared without regard to case. */
export type Combination = { key: string; mod?: true; shift?: true; alt?: true };

/** The shortcuts that act wherever one is, by what they do. */
export const SHORTCUTS = {
  palette: { key: 'k', mod: true },
  newChat: { key: 'o', mod: true, shift: true },
  focusMessage: { key: 'Escape', shift: true },
  previous: { key: 'ArrowUp', alt: true },
  next: { key: 'ArrowDown', alt: true },
  help: { key: '/', mod: true },
} as const satisfies Record<string, Combination>;

export type ShortcutName = keyof typeof SHORTCUTS;

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The shortcut that a press of keys means, if any; '?' alone opens the help, too, except where one writes. */
export function shortcutOf(press: KeyPress, { isWriting }: { isWriting: boolean }): ShortcutName | undefined {
  if (press.key === '?' && !press.ctrlKey && !press.metaKey && !press.altKey) return isWriting ? undefined : 'help';
  const names = Object.keys(SHORTCUTS) as ShortcutName[];
  return names.find((name) => fits(press, SHORTCUTS[name]));
}

function fits({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress, wanted: Combination): boolean {
  const isKey = key.toLowerCase() === wanted.key.toLowerCase();
  // On some keyboards "/" takes Shift, so there Shift says nothing.
  const isShift = wanted.key === '/' || shiftKey === (wanted.shift ?? false);
  return isKey && isShift && (ctrlKey || metaKey) === (wanted.mod ?? false) && altKey === (wanted.alt ?? false);
}

/** Runs the action of a shortcut while the component is there. */
export function useShortcuts(actions: Record<ShortcutName, () => void>): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const name = shortcutOf(event, { isWriting: isField(event.target) });
      if (name === undefined) return;
      event.preventDefault();
      actions[name]();
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
}

/** The keys as they are written on this kind of machine, in the order in which one presses them. */
export function keysOf({ key, mod, shift, alt }: Combination, { isMac }: { isMac: boolean }): string[] {
  const names: Record<string, string> = {
    Escape: 'Esc',
    ArrowUp: '↑',
    ArrowDown: '↓',
    Enter: isMac ? '↩' : texts.shortcuts.enter,
  };
  return [
    ...(mod ? [isMac ? '⌘' : texts.shortcuts.ctrl] : []),
    ...(alt ? [isMac ? '⌥' : 'Alt'] : []),
    ...(shift ? [isMac ? '⇧' : texts.shortcuts.shift] : []),
    names[key] ?? key.toUpperCase(),
  ];
}

/** True on machines whose keyboards have ⌘. */
export function isMac(): boolean {
  return /Mac|iP(hone|ad|od)/.test(navigator.platform);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}
