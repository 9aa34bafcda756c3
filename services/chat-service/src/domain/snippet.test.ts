import { expect, it } from 'vitest';
import { highlightEnd, highlightStart, snippetOf } from './snippet.ts';

const mark = (text: string) => `${highlightStart}${text}${highlightEnd}`;

it.each([
  ['nothing marked', []],
  [`${mark('first')} and last ${mark('🌦️ one')}`, ['first', '🌦️ one']],
  [mark('all'), ['all']],
  [`${mark('side')}${mark('by')}`, ['side', 'by']],
  [`an end ${highlightEnd} without a beginning`, []],
  [`a beginning ${highlightStart}without an end`, ['without an end']],
  ['', []],
])('tells the ranges of %j, and keeps no mark', (marked, found) => {
  const { text, highlights } = snippetOf(marked);
  expect(highlights.map(({ start, end }) => text.slice(start, end))).toEqual(found);
  expect(text).not.toMatch(new RegExp(`[${highlightStart}${highlightEnd}]`, 'u'));
});
