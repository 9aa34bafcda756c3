import { expect, it } from 'vitest';
import { fitPage, pageBytesMax } from './page.ts';

const fit = (texts: string[]) => fitPage(texts, { textOf: (text) => text });

it('keeps everything that fits', () => {
  expect(fit([])).toEqual([]);
  expect(fit(['a', 'b'])).toEqual(['a', 'b']);
});

it('cuts before the text that does not fit, counted in UTF-8 bytes', () => {
  const half = 'é'.repeat(pageBytesMax / 4);
  expect(fit([half, half, 'x'])).toHaveLength(2);
  expect(fit([half, 'x', half, 'x'])).toHaveLength(2);
});

it('keeps to another bound when it is given one', () => {
  expect(fitPage(['aa', 'bb', 'c'], { textOf: (text) => text, bytesMax: 4 })).toEqual(['aa', 'bb']);
});

it('keeps the first one, however long', () => {
  expect(fit(['x'.repeat(pageBytesMax + 1), 'y'])).toHaveLength(1);
});
