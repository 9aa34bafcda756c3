import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairQueue, type Place, RunningLimit } from './fair-queue.ts';
import { positionsOf, settledWithin } from './place-wait.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const noSignal = new AbortController().signal;

function start() {
  const queue = new FairQueue({
    parallel: 1,
    waitingMax: 100,
    limit: new RunningLimit(Number.POSITIVE_INFINITY),
  });
  const enter = (count: number) => Array.from({ length: count }, () => queue.enter({ rank: 'turn' }));
  return { queue, enter };
}

/** Collects the positions in the background, with the time of each. */
function watch(place: Place, signal = noSignal) {
  const told: { position: number; atMs: number }[] = [];
  const startedAtMs = Date.now();
  async function read() {
    for await (const position of positionsOf(place, signal)) told.push({ position, atMs: Date.now() - startedAtMs });
  }
  return { told, end: read() };
}

describe('positionsOf', () => {
  it('tells nothing of a place that is free', async () => {
    const [place] = start().enter(1);
    const { told, end } = watch(place as Place);
    await end;
    expect(told).toEqual([]);
  });

  it('tells the first position at once, and however often it changes, no more than four a second', async () => {
    const { enter } = start();
    const others = enter(41);
    const [place] = enter(1);
    const { told, end } = watch(place as Place);
    for (const other of others) {
      await vi.advanceTimersByTimeAsync(50);
      other[Symbol.dispose]();
    }
    await end;
    expect(told[0]).toEqual({ position: 41, atMs: 0 });
    expect(told).toHaveLength(9);
    const steps = told.slice(1).map(({ atMs }, index) => atMs - (told[index]?.atMs ?? 0));
    expect(new Set(steps)).toEqual(new Set([250]));
    expect(place?.state).toBe('running');
  });

  it('tells a position once as long as it stays', async () => {
    const { enter } = start();
    const [, place] = enter(2);
    const { told, end } = watch(place as Place);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([{ position: 1, atMs: 0 }]);
    place?.[Symbol.dispose]();
    await end;
  });

  it('leaves the queue the moment the signal aborts, and throws its reason', async () => {
    const { queue, enter } = start();
    const [, place] = enter(2);
    const abort = new AbortController();
    const { end } = watch(place as Place, abort.signal);
    abort.abort(new Error('enough'));
    expect(queue.waitingCount).toBe(0);
    await expect(end).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('settledWithin', () => {
  it('gives up after the time, and leaves nothing behind', async () => {
    const [, place] = start().enter(2);
    const waited = settledWithin(place as Place, { timeoutMs: 5_000, signal: noSignal });
    await vi.advanceTimersByTimeAsync(5_000);
    await waited;
    expect(place?.state).toBe('waiting');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves as soon as there is a place', async () => {
    const [running, place] = start().enter(2);
    const waited = settledWithin(place as Place, { timeoutMs: 5_000, signal: noSignal });
    running?.[Symbol.dispose]();
    await waited;
    expect(place?.state).toBe('running');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves the queue the moment the signal aborts, and throws its reason', async () => {
    const { queue, enter } = start();
    const [, place] = enter(2);
    const abort = new AbortController();
    const waited = settledWithin(place as Place, { timeoutMs: 5_000, signal: abort.signal });
    abort.abort(new Error('enough'));
    expect(queue.waitingCount).toBe(0);
    await expect(waited).rejects.toThrow('enough');
  });
});
