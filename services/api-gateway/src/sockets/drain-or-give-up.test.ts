import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drainOrGiveUp } from './drain-or-give-up.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function waiting() {
  const connection = new EventEmitter();
  const giveUp = vi.fn();
  const state = { resolved: false };
  void drainOrGiveUp(connection, giveUp).then(() => {
    state.resolved = true;
  });
  return { connection, giveUp, state };
}

describe('a congested connection', () => {
  it.each(['drain', 'close'])('is waited for until it says %s, and then left alone', async (event) => {
    const { connection, giveUp, state } = waiting();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(state.resolved).toBe(false);
    connection.emit(event);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([state.resolved, giveUp.mock.calls.length]).toEqual([true, 0]);
    expect(connection.eventNames()).toEqual([]);
  });

  it('is given up once when it has taken nothing for 30 s', async () => {
    const { connection, giveUp, state } = waiting();
    await vi.advanceTimersByTimeAsync(30_000);
    connection.emit('drain');
    expect([state.resolved, giveUp.mock.calls.length]).toEqual([true, 1]);
    expect(connection.eventNames()).toEqual([]);
  });
});
