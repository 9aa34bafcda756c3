import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_TEXT, splitBlocks } from './blocks.ts';

const DOCUMENT = [
  '# Title\n\n',
  'A paragraph with **bold**.\n\n',
  '- one\n- two\n\n  still two\n\n',
  '```js\nconst a = 1;\n\nconst b = 2;\n```\n\n',
  '| a | b |\n| - | - |\n| 1 | 2 |\n\n',
  'The end.',
];

it('keeps a code block with blank lines, a loose list and a table whole', () => {
  expect(splitBlocks(DOCUMENT.join('')).blocks).toEqual(DOCUMENT);
});

it.each([
  ['$$\na = b\n\n- c\n+ d\n$$\n\n', 'After.'],
  ['\\[\n1. x\n\n# y\n\\]\n', 'After.'],
])('keeps a formula whole, whatever its lines look like: %j', (formula, after) => {
  expect(splitBlocks(formula + after).blocks).toEqual([formula, after]);
});

it('keeps the settled blocks when text is added', () => {
  const before = splitBlocks(DOCUMENT.slice(0, 4).join(''));
  const after = splitBlocks(DOCUMENT.join(''), before);
  expect(after.blocks.slice(0, 4)).toEqual(before.blocks);
});

it('loses no character, however the text is cut into tokens', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...DOCUMENT,
      '```',
      '\n',
      '\n\n',
      '- ',
      '1. ',
      '$$',
      '\\[',
      '\\]',
      '> ',
      '    ',
      '|',
      '<b>',
      '\r\n',
      '\t',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      let split = NO_TEXT;
      let text = '';
      for (const next of pieces) {
        text += next;
        split = splitBlocks(text, split);
        expect(split.blocks.join('')).toBe(text);
      }
    }),
  );
});
