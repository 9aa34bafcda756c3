import { describe, expect, it } from 'vitest';
import { nextWindowMs } from './loop-pressure.ts';

function windowAfter(utilizations: readonly number[], from = 0): number {
  return utilizations.reduce(nextWindowMs, from);
}

describe('the window under pressure', () => {
  it('is closed as long as the loop has time', () => {
    expect(windowAfter([0.1, 0.5, 0.7, 0.8])).toBe(0);
  });

  it('opens and widens while the loop is busy, up to 60 ms', () => {
    expect(windowAfter([0.9])).toBe(10);
    expect(windowAfter([0.9, 0.9])).toBe(15);
    expect(windowAfter(Array.from({ length: 20 }, () => 1))).toBe(60);
  });

  it('stays where it has brought relief', () => {
    expect(windowAfter([0.7, 0.6, 0.79], 30)).toBe(30);
  });

  it('closes step by step when the loop is idle again', () => {
    expect(windowAfter([0.2], 30)).toBe(20);
    expect(
      windowAfter(
        Array.from({ length: 6 }, () => 0.2),
        60,
      ),
    ).toBe(0);
  });
});
