import { expect, it } from 'vitest';
import { tokensLeftOf } from './use-quota.ts';

it.each([
  [0, 'plenty', 1000],
  [899, 'plenty', 101],
  [900, 'low', 100],
  [999, 'low', 1],
  [1000, 'none', 0],
  [1200, 'none', 0],
])('says of %i used tokens of 1000 that what is left is %s', (used, state, left) => {
  const quota = { tokens: { used, limit: 1000, resetsAt: '' }, generations: { used: 0, limit: 1 } };
  expect(tokensLeftOf(quota)).toEqual({ state, left });
});
