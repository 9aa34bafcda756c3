import fc from 'fast-check';
import { expect, it } from 'vitest';
import { titleFromMessage } from './title.ts';

it.each([
  ['the first line', 'Why is the sky blue?\nTell me.', 'Why is the sky blue?'],
  ['the first line that is not blank', '\n  \r\n Hello \n', 'Hello'],
  ['white space collapsed', 'a \t b\u00a0\u00a0c', 'a b c'],
  ['exactly sixty characters whole', 'x'.repeat(60), 'x'.repeat(60)],
  ['a cut at a word', `${'word '.repeat(12)}end`, `${'word '.repeat(11)}word…`],
  ['a cut inside a word that is too long itself', 'x'.repeat(61), `${'x'.repeat(59)}…`],
  ['whole characters outside the basic plane', '🌦️'.repeat(40), `${'🌦️'.repeat(29)}🌦…`],
  ['a default for no words', ' \n ', 'New conversation'],
])('makes %s', (_name, content, title) => {
  expect(titleFromMessage(content)).toBe(title);
});

it('is never empty, never longer than 60 characters and of one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (content) => {
      const title = titleFromMessage(content);
      expect(title).toBe(title.trim());
      expect(title).not.toMatch(/[\r\n]/);
      expect(Array.from(title).length).toBeGreaterThan(0);
      expect(Array.from(title).length).toBeLessThanOrEqual(60);
    }),
  );
});
