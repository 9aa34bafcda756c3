import { describe, expect, it } from 'vitest';
import { parseKeepAlive } from './loaded-models.ts';

describe('parseKeepAlive', () => {
  it.each([
    [undefined, 300_000],
    [null, 300_000],
    [0, 0],
    ['0', 0],
    [90, 90_000],
    ['300ms', 300],
    ['1.5h', 5_400_000],
    ['2h45m', 9_900_000],
    [-1, Number.POSITIVE_INFINITY],
    ['-1m', Number.POSITIVE_INFINITY],
  ])('reads %j as %d ms', (value, durationMs) => {
    expect(parseKeepAlive(value)).toBe(durationMs);
  });

  it.each(['', '5', 'soon', '1h 2m', '5x'])('refuses %j', (value) => {
    expect(() => parseKeepAlive(value)).toThrow(`time: invalid duration "${value}"`);
  });
});
