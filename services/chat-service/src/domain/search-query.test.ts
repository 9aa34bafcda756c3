import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSearchQuery, parseSearchQuery, plainWordsOf, replaceWords, withoutPrefixes } from './search-query.ts';

const word = (text: string, negated = false) => ({ kind: 'word', text, negated });

describe('parseSearchQuery', () => {
  it.each([
    ['coffee milk', [[word('coffee')], [word('milk')]]],
    ['coffee -milk', [[word('coffee')], [word('milk', true)]]],
    ['coffee OR tea cup', [[word('coffee'), word('tea')], [word('cup')]]],
    ['"two words" x', [[{ kind: 'phrase', text: 'two words', negated: false }], [word('x')]]],
    ['x -"two words"', [[word('x')], [{ kind: 'phrase', text: 'two words', negated: true }]]],
    ['"never closed', [[{ kind: 'phrase', text: 'never closed', negated: false }]]],
    ['photo*', [[{ kind: 'prefix', text: 'photo', negated: false }]]],
    ['the cat', [[word('cat')]]],
    ['the', [[word('the')]]],
    ['OR cat OR', [[word('cat')]]],
    ['-cat', []],
    ['cat OR -dog', []],
    [' … "" - * ', []],
    ['', []],
  ])('reads %j', (text, query) => {
    expect(parseSearchQuery(text)).toEqual(query);
  });

  it('is bounded', () => {
    expect(parseSearchQuery('x '.repeat(1_000))).toHaveLength(16);
    expect(parseSearchQuery('y'.repeat(1_000))[0]?.[0]?.text).toHaveLength(200);
  });

  it('takes whatever is typed, and what it prints means the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const query = parseSearchQuery(text);
        expect(parseSearchQuery(formatSearchQuery(query))).toEqual(query);
      }),
    );
  });
});

describe('withoutPrefixes', () => {
  it.each([
    ['coffee -milk "two words"', 'coffee -milk "two words"'],
    ['coffee mil*', 'coffee'],
    ['coffee -mil*', 'coffee'],
    ['coffee OR mil* tea', 'tea'],
    ['mil*', ''],
    ['mil* -coffee', ''],
  ])('leaves of %j just %j', (text, rest) => {
    expect(formatSearchQuery(withoutPrefixes(parseSearchQuery(text)))).toBe(rest);
  });
});

describe('replaceWords', () => {
  it('replaces words and leaves phrases, prefixes and what is negated as they are', () => {
    const query = parseSearchQuery('cofee "cofee" cofee* -cofee');
    expect(plainWordsOf(query)).toEqual(['cofee']);
    expect(formatSearchQuery(replaceWords(query, new Map([['cofee', 'coffee']])))).toBe('coffee "cofee" cofee* -cofee');
  });
});
