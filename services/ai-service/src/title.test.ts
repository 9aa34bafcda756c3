import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanTitle, titleFromWords } from './title.ts';

describe('cleanTitle', () => {
  it.each([
    ['Sourdough for beginners', 'Sourdough for beginners'],
    ['"Sourdough for beginners."', 'Sourdough for beginners'],
    ['Title: Sourdough', 'Sourdough'],
    ['**Title:** “Sourdough”', 'Sourdough'],
    ['# Sourdough\n\nHere is why I chose it …', 'Sourdough'],
    ['\n\n- `Sourdough`\n', 'Sourdough'],
    ['1. Sourdough', 'Sourdough'],
    ['<think>The user bakes.\nBread.</think>\nSourdough', 'Sourdough'],
    ['面包的做法。', '面包的做法'],
    ['C++ and C#', 'C++ and C'],
    ['Sour\u0000dough\u202e', 'Sour dough'],
    ['Top 10: what to bake?', 'Top 10: what to bake?'],
  ])('%j becomes %j', (answer, title) => {
    expect(cleanTitle(answer)).toBe(title);
  });

  it.each([
    '',
    '   \n ',
    '***',
    '"…"',
    '<think>I never stop thinking',
    `I am sorry, but ${'I cannot say much about it '.repeat(6)}`,
  ])('finds none in %j', (answer) => {
    expect(cleanTitle(answer)).toBeUndefined();
  });

  it('shortens at a word, with an ellipsis', () => {
    const title = cleanTitle('A long and winding title that goes on somewhat longer than it should');
    expect(title).toBe('A long and winding title that goes on somewhat longer than…');
  });

  it('gives one line of 1 to 60 well-formed characters, or nothing, whatever the model says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (answer) => {
        const title = cleanTitle(answer);
        if (title === undefined) return;
        expect(title.length).toBeGreaterThan(0);
        expect(title.length).toBeLessThanOrEqual(60);
        expect(title.isWellFormed()).toBe(true);
        expect(title).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

describe('titleFromWords', () => {
  it.each([
    ['How do I bake bread?', 'How do I bake bread?'],
    ['\n\n  # Help\nwith this', 'Help'],
    ['x'.repeat(100), `${'x'.repeat(59)}…`],
    ['👩‍👩‍👧‍👦'.repeat(20), `${'👩‍👩‍👧‍👦'.repeat(5)}…`],
    [' \n ', 'New conversation'],
  ])('%j becomes %j', (content, title) => {
    expect(titleFromWords([{ role: 'user', content }])).toBe(title);
  });
});
