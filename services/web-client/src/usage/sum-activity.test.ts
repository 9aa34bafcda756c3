import { expect, it } from 'vitest';
import { daysFrom, sumBy, sumOf, tokensOf } from './sum-activity.ts';

const counts = { messages: 1, replies: 2, promptTokens: 10, completionTokens: 5, generationMs: 100 };

it('adds up what has the same key, and everything', () => {
  const items = [
    { ...counts, day: '1' },
    { ...counts, day: '2' },
    { ...counts, day: '1', messages: 4 },
  ];
  const days = sumBy(items, ({ day }) => day);
  expect(days.map(({ key, counts: { messages } }) => [key, messages])).toEqual([
    ['1', 5],
    ['2', 1],
  ]);
  expect(sumOf(items)).toEqual({ messages: 6, replies: 6, promptTokens: 30, completionTokens: 15, generationMs: 300 });
  expect(tokensOf(sumOf([]))).toBe(0);
});

it('names every day of a period', () => {
  expect(daysFrom('2028-02-28', '2028-03-01')).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
  expect(daysFrom('2028-02-28', '2028-02-28')).toEqual(['2028-02-28']);
});
