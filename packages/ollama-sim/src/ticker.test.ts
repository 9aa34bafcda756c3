import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Ticker, TickTask } from './ticker.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Schedules a task for each delay, and returns what ran when, in order. */
function schedule(ticker: Ticker, delaysMs: readonly number[]) {
  const startMs = performance.now();
  const ran: { delayMs: number; atMs: number }[] = [];
  for (const delayMs of delaysMs) {
    const task = new TickTask(() => ran.push({ delayMs, atMs: performance.now() - startMs }));
    ticker.schedule(task, startMs + delayMs);
  }
  return ran;
}

describe('Ticker', () => {
  it('runs tasks in order, never early and within two ticks, also after many turns of the wheel', () => {
    const delaysMs = [0, 3, 5, 12, 2559, 2560, 2561, 30_000];
    const ran = schedule(new Ticker(), delaysMs);
    vi.advanceTimersByTime(31_000);
    expect(ran.map(({ delayMs }) => delayMs)).toEqual(delaysMs);
    for (const { delayMs, atMs } of ran) {
      expect(atMs).toBeGreaterThanOrEqual(delayMs);
      expect(atMs).toBeLessThanOrEqual(delayMs + 10);
    }
  });

  it('runs everything that is due after a stall longer than the wheel, once', () => {
    const ticker = new Ticker();
    const ran = schedule(ticker, [10, 1000, 5000]);
    const now = performance.now();
    const stalled = vi.spyOn(performance, 'now').mockReturnValue(now + 20_000);
    vi.advanceTimersToNextTimer();
    stalled.mockRestore();
    expect(ran).toHaveLength(3);
  });

  it('lets a task schedule itself again, move and be cancelled', () => {
    const ticker = new Ticker();
    const startMs = performance.now();
    let runCount = 0;
    const task = new TickTask(() => {
      runCount += 1;
      ticker.schedule(task, performance.now());
    });
    ticker.schedule(task, startMs + 1000);
    ticker.schedule(task, startMs + 20);
    vi.advanceTimersByTime(15);
    expect(runCount).toBe(0);
    vi.advanceTimersByTime(100);
    expect(runCount).toBeGreaterThan(10);
    const before = runCount;
    ticker.cancel(task);
    vi.advanceTimersByTime(2000);
    expect(runCount).toBe(before);
  });

  it('keeps no timer while nothing is scheduled', () => {
    const ticker = new Ticker();
    schedule(ticker, [10]);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
    schedule(ticker, [10, 20]);
    ticker.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends a wait early when it is aborted', async () => {
    const ticker = new Ticker();
    const controller = new AbortController();
    const waiting = ticker.wait(10_000, controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(ticker.wait(1, controller.signal)).rejects.toThrow('gone');
  });
});
