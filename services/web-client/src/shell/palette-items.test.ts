import { expect, it } from 'vitest';
import { filterItems, groupItems, type PaletteItem } from './palette-items.ts';

function item(label: string, { group = 'g', keywords = '' } = {}): PaletteItem {
  return { id: label, group, label, keywords, run: () => {} };
}

const items = [item('Crème brûlée'), item('Dark theme', { keywords: 'colours night' }), item('New chat')];

it.each([
  ['', ['Crème brûlée', 'Dark theme', 'New chat']],
  ['creme', ['Crème brûlée']],
  ['THEME dark', ['Dark theme']],
  ['night', ['Dark theme']],
  ['dark chat', []],
  ['  new  ', ['New chat']],
])('finds by %j', (query, labels) => {
  expect(filterItems(items, query).map(({ label }) => label)).toEqual(labels);
});

it('keeps the order of groups and of their items', () => {
  const mixed = [item('a', { group: 'one' }), item('b', { group: 'two' }), item('c', { group: 'one' })];
  expect(groupItems(mixed).map(({ group, items: members }) => [group, members.map(({ label }) => label)])).toEqual([
    ['one', ['a', 'c']],
    ['two', ['b']],
  ]);
});
