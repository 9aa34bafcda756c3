import { describe, expect, it } from 'vitest';
import { keysOf, SHORTCUTS, shortcutOf } from './shortcuts.ts';

const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

describe('shortcutOf', () => {
  it.each([
    ['Ctrl+K', { ...none, key: 'k', ctrlKey: true }, 'palette'],
    ['⌘K', { ...none, key: 'k', metaKey: true }, 'palette'],
    ['Ctrl+K with Caps Lock', { ...none, key: 'K', ctrlKey: true }, 'palette'],
    ['K alone', { ...none, key: 'k' }, undefined],
    ['Ctrl+Shift+K', { ...none, key: 'K', ctrlKey: true, shiftKey: true }, undefined],
    ['Ctrl+Shift+O', { ...none, key: 'O', ctrlKey: true, shiftKey: true }, 'newChat'],
    ['Ctrl+/ where it needs Shift', { ...none, key: '/', ctrlKey: true, shiftKey: true }, 'help'],
    ['?', { ...none, key: '?', shiftKey: true }, 'help'],
    ['Alt+Up', { ...none, key: 'ArrowUp', altKey: true }, 'previous'],
    ['Esc alone, which stops a reply', { ...none, key: 'Escape' }, undefined],
  ])('understands %s', (_name, press, expected) => {
    expect(shortcutOf(press, { isWriting: false })).toBe(expected);
  });

  it('leaves a question mark to those who write one', () => {
    expect(shortcutOf({ ...none, key: '?', shiftKey: true }, { isWriting: true })).toBeUndefined();
  });
});

it('writes keys as they stand on the keyboard', () => {
  expect(keysOf(SHORTCUTS.newChat, { isMac: false })).toEqual(['Ctrl', 'Shift', 'O']);
  expect(keysOf(SHORTCUTS.newChat, { isMac: true })).toEqual(['⌘', '⇧', 'O']);
});
