import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberedTokens, splitIntoCodePoints, splitIntoTokens } from './tokens.ts';

const texts = fc.string({ unit: 'binary', maxLength: 200 });

describe('tokens', () => {
  it('of any text are that text again, and never halves of a code point', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 5 }), (text, size) => {
        for (const tokens of [splitIntoTokens(text), splitIntoCodePoints(text, size)]) {
          expect(tokens.join('')).toBe(text);
          expect(tokens.every((token) => token !== '' && token.isWellFormed())).toBe(true);
        }
      }),
    );
  });

  it('are about as long as those of a language model', () => {
    expect(splitIntoTokens('Hello, world!\n\nExtraordinarily  so.')).toEqual([
      'Hello',
      ',',
      ' world',
      '!',
      '\n\n',
      'Extraord',
      'inarily',
      '  ',
      'so',
      '.',
    ]);
  });

  it('are numbered from 0', () => {
    expect([...numberedTokens(3)]).toEqual(['0', ' 1', ' 2']);
    expect([...numberedTokens(0)]).toEqual([]);
  });
});
