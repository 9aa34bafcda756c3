import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continueAfter, limitReply } from './reply-text.ts';

const tokenLists = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), { maxLength: 20 });

function run(tokens: Iterable<string>, limits: Parameters<typeof limitReply>[1]) {
  const reply = limitReply(tokens, limits);
  const taken: string[] = [];
  let next = reply.next();
  for (; !next.done; next = reply.next()) {
    taken.push(next.value);
  }
  return { taken, text: taken.join(''), reason: next.value };
}

describe('continueAfter', () => {
  it('gives exactly the rest, wherever the reply was cut', () => {
    fc.assert(
      fc.property(tokenLists, fc.nat(), (tokens, cut) => {
        const text = tokens.join('');
        const part = text.slice(0, cut % (text.length + 1));
        expect(part + [...continueAfter(tokens, part)].join('')).toBe(text);
      }),
    );
  });

  it('gives the whole reply after a part that is not its beginning', () => {
    for (const part of ['b', 'a b c d e', 'a  b']) {
      expect([...continueAfter(['a', ' b', ' c'], part)]).toEqual(['a', ' b', ' c']);
    }
  });
});

describe('limitReply', () => {
  it('leaves a reply without limits as it is', () => {
    fc.assert(
      fc.property(tokenLists, (tokens) => {
        expect(run(tokens, { tokensMax: Number.POSITIVE_INFINITY, stop: [] })).toMatchObject({
          taken: tokens,
          reason: 'stop',
        });
      }),
    );
  });

  it('ends before the first stop text, however the tokens cut it', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', 'ab', 'ba'), { maxLength: 12 });
    const stops = fc.array(fc.constantFrom('aab', 'bb', 'abab', 'aaaa'), { maxLength: 3 });
    fc.assert(
      fc.property(parts, stops, (tokens, stop) => {
        const text = tokens.join('');
        const ends = stop.map((end) => text.indexOf(end)).filter((index) => index >= 0);
        const expected = text.slice(0, Math.min(text.length, ...ends));
        expect(run(tokens, { tokensMax: Number.POSITIVE_INFINITY, stop })).toMatchObject({ text: expected });
      }),
    );
  });

  it('counts the limit in tokens, and says "length" when it is reached, even at the end', () => {
    const tokens = ['a', 'b', 'c'];
    expect(run(tokens, { tokensMax: 2, stop: [] })).toMatchObject({ text: 'ab', reason: 'length' });
    expect(run(tokens, { tokensMax: 3, stop: [] })).toMatchObject({ text: 'abc', reason: 'length' });
    expect(run(tokens, { tokensMax: 4, stop: [] })).toMatchObject({ text: 'abc', reason: 'stop' });
    expect(run(tokens, { tokensMax: 2, stop: ['bcd'] })).toMatchObject({ text: 'ab', reason: 'length' });
  });
});
