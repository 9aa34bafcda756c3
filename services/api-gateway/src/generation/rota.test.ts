import { describe, expect, it } from 'vitest';
import { createRota } from './rota.ts';

function rotaAt(intervalMs: number | ((count: number) => number)) {
  const clock = { nowMs: 0 };
  const rota = createRota<number>(typeof intervalMs === 'number' ? () => intervalMs : intervalMs, () => clock.nowMs);
  return { clock, rota };
}

function addMany(rota: { add(item: number): void }, count: number) {
  for (let item = 0; item < count; item += 1) rota.add(item);
}

describe('a rota', () => {
  it('gives the first turn after an interval, and the next one an interval later', () => {
    const { clock, rota } = rotaAt(1_000);
    rota.add(1);
    const turnsAtMs: number[] = [];
    for (; clock.nowMs <= 3_000; clock.nowMs += rota.stepMs) if (rota.take().length > 0) turnsAtMs.push(clock.nowMs);
    expect(turnsAtMs).toEqual([1_000, 2_000, 3_000]);
  });

  it('spreads many that began at once over half an interval, and gives each its turn', () => {
    const { clock, rota } = rotaAt(1_000);
    addMany(rota, 100);
    const taken: number[][] = [];
    for (clock.nowMs = 1_000; clock.nowMs < 1_500; clock.nowMs += rota.stepMs) taken.push(rota.take());
    expect(taken.map(({ length }) => length)).toEqual([20, 20, 20, 20, 20]);
    expect(new Set(taken.flat()).size).toBe(100);
  });

  it('takes all that have waited for two intervals, as after a stall', () => {
    const { clock, rota } = rotaAt(1_000);
    addMany(rota, 100);
    clock.nowMs = 2_000;
    expect(rota.take()).toHaveLength(100);
  });

  it('lets the interval grow with the items', () => {
    const { clock, rota } = rotaAt((count) => Math.max(1_000, count * 100));
    addMany(rota, 20);
    clock.nowMs = 1_999;
    expect(rota.take()).toEqual([]);
    clock.nowMs = 2_000;
    expect(rota.take()).toEqual([0, 1, 2, 3]);
  });

  it('forgets who is gone', () => {
    const { clock, rota } = rotaAt(1_000);
    addMany(rota, 2);
    rota.delete(0);
    clock.nowMs = 5_000;
    expect(rota.take()).toEqual([1]);
  });
});
