import { describe, expect, it } from 'vitest';
import { createGathering } from './gathering.ts';

const calm = { windowMs: 0 };

/** The pauses of a reply whose tokens come at a steady rate, each part holding what came during the pause before it. */
function pausesAt(tokensPerSecond: number, pressure = calm): number[] {
  let nowMs = 0;
  const gathering = createGathering(pressure, () => nowMs);
  const pauses = [gathering.pauseMsAfter(1)];
  for (let part = 0; part < 200; part += 1) {
    const intervalMs = 1_000 / tokensPerSecond;
    const tokens = Math.max(1, Math.round((pauses.at(-1) ?? 0) / intervalMs));
    nowMs += tokens * intervalMs;
    pauses.push(gathering.pauseMsAfter(tokens));
  }
  return pauses;
}

describe('gathering', () => {
  it.each([5, 20, 50, 80])('hands on every token at once at %d tokens a second', (rate) => {
    expect(Math.max(...pausesAt(rate))).toBe(0);
  });

  it('joins about 20 tokens at 200 a second, for 100 ms at most', () => {
    const pauses = pausesAt(200);
    expect(pauses.at(-1)).toBe(100);
    expect(Math.max(...pauses)).toBe(100);
  });

  it('begins without a pause: the first text leaves at once, and so do the next ones until the rate is known', () => {
    expect(pausesAt(200).slice(0, 2)).toEqual([0, 0]);
  });

  it('does not hold up a flood, whose parts are large by themselves', () => {
    expect(pausesAt(20_000).at(-1)).toBe(0);
  });

  it('gathers slow replies, too, while the event loop is under pressure', () => {
    expect(pausesAt(50, { windowMs: 42 }).at(-1)).toBe(45);
  });

  it('does not hold up a reply for a pause in which next to nothing would be joined', () => {
    expect(Math.max(...pausesAt(20, { windowMs: 60 }))).toBe(0);
  });
});
