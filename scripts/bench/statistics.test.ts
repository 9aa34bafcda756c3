import { expect, it } from 'vitest';
import { percentile, summarize } from './statistics.ts';

it.each([
  [0.5, 5],
  [0.9, 9],
  [0.99, 10],
  [0, 1],
  [1, 10],
])('takes the value of the nearest rank for %d', (fraction, expected) => {
  expect(percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], fraction)).toBe(expected);
});

it('sorts by size, not as text', () => {
  expect(summarize([100, 20, 3])).toEqual({ p50: 20, p99: 100 });
});

it('has no percentile of nothing', () => {
  expect(percentile([], 0.5)).toBeNaN();
});
