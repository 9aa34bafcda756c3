import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitHighlights } from './highlights.ts';

it('marks what was found, in the order of the text', () => {
  const highlights = [
    { start: 8, end: 11 },
    { start: 0, end: 3 },
  ];
  expect(splitHighlights({ text: 'one two one!', highlights })).toEqual([
    { text: 'one', isFound: true, start: 0 },
    { text: ' two ', isFound: false, start: 3 },
    { text: 'one', isFound: true, start: 8 },
    { text: '!', isFound: false, start: 11 },
  ]);
});

it('loses no letter and makes none up, whatever the ranges are', () => {
  const range = fc.record({ start: fc.nat(30), end: fc.nat(30) });
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.array(range, { maxLength: 6 }), (text, highlights) => {
      const pieces = splitHighlights({ text, highlights });
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      expect(pieces.every((piece) => piece.text !== '')).toBe(true);
    }),
  );
});
