import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSilenceWatch } from './silence-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const server = { isThere: true, pingCount: 0 };
  const watch = createSilenceWatch({
    ping: async () => {
      server.pingCount += 1;
      if (!server.isThere) throw new Error('no answer');
    },
  });
  const dead: string[] = [];
  const follow = (name: string) => watch.follow(() => dead.push(name));
  return { server, dead, follow };
}

describe('an answer that falls silent', () => {
  it('goes on when the server is there, which is asked every few seconds', async () => {
    const { server, dead, follow } = start();
    follow('a');
    follow('b');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dead).toEqual([]);
    expect(server.pingCount).toBeGreaterThan(10);
    expect(server.pingCount).toBeLessThanOrEqual(20);
  });

  it('is dead when the server misses two questions, and is told so once', async () => {
    const { server, dead, follow } = start();
    server.isThere = false;
    follow('a');
    await vi.advanceTimersByTimeAsync(2_900);
    expect(dead).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_100);
    expect([dead, server.pingCount]).toEqual([['a'], 2]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([dead, server.pingCount]).toEqual([['a'], 2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is left alone when it speaks again, or is given up, while the server is asked', async () => {
    let fail = (_reason: Error) => {};
    const watch = createSilenceWatch({
      ping: () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    });
    const dead: string[] = [];
    const [speaking, givenUp] = ['speaking', 'given up', 'silent'].map((name) => watch.follow(() => dead.push(name)));
    await vi.advanceTimersByTimeAsync(3_500);
    speaking?.heard();
    givenUp?.[Symbol.dispose]();
    for (let count = 0; count < 2; count += 1) {
      fail(new Error('no answer'));
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(dead).toEqual(['silent']);
  });
});

it('an answer that speaks costs no question, and the last one to end stops the timer', async () => {
  const { server, follow } = start();
  const answer = follow('a');
  for (let second = 0; second < 30; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    answer.heard();
  }
  expect(server.pingCount).toBe(0);
  answer[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});
