import { expect, it } from 'vitest';
import { nameOfPlace, narrowingOf, placeOf } from './places.ts';

it.each([{}, { unread: 'true' as const }, { folderId: 'f1' }, { tag: 'all' }, { tag: 'folder:x' }])(
  'finds its way back from the value of a choice: %o',
  (narrowing) => {
    expect(narrowingOf(placeOf(narrowing))).toEqual(narrowing);
  },
);

it('calls a folder by its name, and something also when it has gone', () => {
  const folders = [{ id: 'f1', name: 'Garden', version: 1 }];
  expect(nameOfPlace({ folderId: 'f1' }, folders)).toBe('Garden');
  expect(nameOfPlace({ folderId: 'f2' }, folders)).toBe('Folder');
});
