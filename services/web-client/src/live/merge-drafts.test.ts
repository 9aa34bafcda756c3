import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeDrafts } from './merge-drafts.ts';

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));

function wordsOf(value: string): string[] {
  return value.split(/\s+/).filter((part) => part !== '');
}

describe('two drafts of one message', () => {
  it.each([
    [{ base: 'a', mine: 'a', theirs: 'a b' }, 'a b'],
    [{ base: 'a', mine: 'a b', theirs: 'a' }, 'a b'],
    [{ base: 'sent', mine: 'sent', theirs: '' }, ''],
    [{ base: 'sent', mine: 'sent, and more', theirs: '' }, 'sent, and more'],
    [{ base: 'a', mine: '', theirs: 'a b' }, 'a b'],
    [{ base: '', mine: 'here', theirs: 'there' }, 'there\n\nhere'],
    [{ base: 'here', mine: 'here I go', theirs: 'there\n\nhere' }, 'there\n\nhere I go'],
    [{ base: 'there', mine: 'there\n\nhere', theirs: 'there $& too' }, 'there $& too\n\nhere'],
  ])('%j become %j', (versions, merged) => {
    expect(mergeDrafts(versions)).toBe(merged);
  });

  it('lose no word that one side has added', () => {
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => {
        const merged = new Set(wordsOf(mergeDrafts({ base, mine, theirs })));
        const known = new Set(wordsOf(base));
        const added = [...wordsOf(mine), ...wordsOf(theirs)].filter((each) => !known.has(each));
        // One that is part of a longer word of the other text is there, too.
        const lost = added.filter((each) => ![...merged].some((kept) => kept.includes(each)));
        expect(lost).toEqual([]);
      }),
    );
  });
});
