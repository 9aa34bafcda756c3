import { describe, expect, it } from 'vitest';
import { createHeadroom } from './headroom.ts';

function headroomAt(reservePoints: number) {
  let nowMs = 0;
  const headroom = createHeadroom({ reservePoints, now: () => nowMs });
  const takeAll = (key: string) => {
    let count = 0;
    while (headroom.take(key)) count += 1;
    return count;
  };
  return { headroom, takeAll, pass: (ms: number) => (nowMs += ms) };
}

describe('headroom', () => {
  it('gives nothing to a key that it has not heard of', () => {
    expect(headroomAt(5).headroom.take('a')).toBe(false);
  });

  it('gives a burst what is left above the reserve and no more', () => {
    const { headroom, takeAll } = headroomAt(5);
    headroom.note('a', { points: 12, forMs: 1_000 });
    expect(takeAll('a')).toBe(7);
  });

  it('gives nothing once the count is over its time', () => {
    const { headroom, pass } = headroomAt(5);
    headroom.note('a', { points: 12, forMs: 1_000 });
    pass(1_000);
    expect(headroom.take('a')).toBe(false);
  });

  it('does not give again what was given out while a count was on its way', () => {
    const { headroom, takeAll } = headroomAt(5);
    headroom.note('a', { points: 12, forMs: 1_000 });
    expect(takeAll('a')).toBe(7);
    headroom.note('a', { points: 11, forMs: 900 });
    expect(takeAll('a')).toBe(0);
  });

  it('starts anew with the next period', () => {
    const { headroom, takeAll, pass } = headroomAt(5);
    headroom.note('a', { points: 7, forMs: 1_000 });
    pass(1_000);
    headroom.note('a', { points: 12, forMs: 1_000 });
    expect(takeAll('a')).toBe(7);
  });

  it('believes the latest count, also when it is lower', () => {
    const { headroom } = headroomAt(5);
    headroom.note('a', { points: 12, forMs: 1_000 });
    headroom.note('a', { points: 5, forMs: 1_000 });
    expect(headroom.take('a')).toBe(false);
  });

  it('keeps a bounded number of keys, the latest ones', () => {
    const { headroom } = headroomAt(0);
    for (let index = 0; index <= 10_000; index += 1) headroom.note(String(index), { points: 2, forMs: 1_000 });
    expect([headroom.take('0'), headroom.take('1'), headroom.take('10000')]).toEqual([false, true, true]);
  });
});
