import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextSentences, plainWords } from './sentences.ts';

it.each([
  ['Not yet a sent', '', 0],
  ['One. Two', 'One.', 4],
  ['One. Two! Thr', 'One. Two!', 9],
  ['Version 1.5 is', '', 0],
  ['- an item\n- ano', 'an item', 10],
  ['Look:\n```js\nlet a = 1. b\n', 'Look:', 6],
  ['Look:\n```js\nlet a;\n```\nDone. x', 'Look: Code block. Done.', 28],
])('reads complete sentences of %j', (text, spoken, offset) => {
  expect(nextSentences(text, 0)).toEqual({ spoken, offset });
});

it('goes on after the code block in the middle of which it begins', () => {
  const text = '```js\nlet a = 1.\nlet b. c\n```\nDone. x';
  expect(nextSentences(text.slice(0, 20), 12)).toEqual({ spoken: '', offset: 12 });
  expect(nextSentences(text, 12)).toEqual({ spoken: 'Done.', offset: text.length - 2 });
});

it('reads a long text without any end in pieces', () => {
  expect(nextSentences('word '.repeat(200), 0).offset).toBeLessThanOrEqual(400);
  expect(nextSentences('word '.repeat(200), 0).spoken).not.toBe('');
});

it('never goes back and never past the end, however the text grows', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (pieces) => {
      let text = '';
      let offset = 0;
      for (const piece of pieces) {
        text += piece;
        const next = nextSentences(text, offset);
        expect(next.offset).toBeGreaterThanOrEqual(offset);
        expect(next.offset).toBeLessThanOrEqual(text.length);
        offset = next.offset;
      }
    }),
  );
});

it('leaves the marks out', () => {
  expect(plainWords('| a | b |\n| --- | :-: |\n| 1 | `2`; |\n\n---\nend')).toBe('a b 1 2; end');
  expect(plainWords('## **Bold** and [a link](https://x.example/y)\n> `code`')).toBe('Bold and a link code');
});
