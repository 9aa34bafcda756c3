import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHostHealth, type HostHealth } from './host-health.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const changes: string[] = [];
  const probedAtMs: number[] = [];
  const startedAtMs = Date.now();
  const server = { answers: false, awayCount: 0 };
  const health: HostHealth = createHostHealth({
    probe: async () => {
      probedAtMs.push(Date.now() - startedAtMs);
      if (!server.answers) throw new Error('refused');
    },
    onOut: (probeInMs) => changes.push(`out ${probeInMs}`),
    onAway: () => {
      server.awayCount += 1;
    },
    onBack: () => changes.push('back'),
  });
  return { health, server, changes, probedAtMs };
}

describe('a server that failed', () => {
  it('is out until a probe succeeds, the first after 1 s, each further one after twice the time up to 30 s', async () => {
    const { health, server, changes, probedAtMs } = start();
    health.reportFailure();
    expect(health.isOut).toBe(true);
    await vi.advanceTimersByTimeAsync(92_000);
    expect(probedAtMs).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);

    server.answers = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(health.isOut).toBe(false);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(probedAtMs).toHaveLength(8);
    expect(changes).toEqual(['out 1000', 'back']);
  });

  it('is taken out once, however many requests fail on it', async () => {
    const { health, changes, probedAtMs } = start();
    for (let count = 0; count < 10; count += 1) health.reportFailure();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([changes, probedAtMs]).toEqual([['out 1000'], [1_000]]);
  });

  it('stays out longer each time when it answers probes and fails requests, until a request goes well', async () => {
    const { health, server, changes } = start();
    server.answers = true;
    for (let count = 0; count < 3; count += 1) {
      health.reportFailure();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    health.reportSuccess();
    health.reportFailure();
    expect(changes).toEqual(['out 1000', 'back', 'out 2000', 'back', 'out 4000', 'back', 'out 1000']);
  });

  it('is back at once when a request goes well on it, and is probed no more', async () => {
    const { health, changes, probedAtMs } = start();
    health.reportFailure();
    health.reportSuccess();
    expect(health.isOut).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([changes, probedAtMs]).toEqual([['out 1000', 'back'], []]);
  });

  it('is probed no more when the service ends', async () => {
    const { health, probedAtMs } = start();
    health.reportFailure();
    await vi.advanceTimersByTimeAsync(1_500);
    health[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([health.isOut, probedAtMs]).toEqual([true, [1_000]]);
  });
});

describe('a server that is waited for', () => {
  const forever = new AbortController().signal;

  it('is probed at once and every 250 ms, and whoever waits is told when it is back', async () => {
    const { health, server, changes, probedAtMs } = start();
    health.reportFailure();
    const waits = [health.hasReturned(forever), health.hasReturned(forever)];
    await vi.advanceTimersByTimeAsync(600);
    expect([probedAtMs, server.awayCount]).toEqual([[0, 250, 500], 1]);
    server.answers = true;
    await vi.advanceTimersByTimeAsync(250);
    expect(await Promise.all(waits)).toEqual([true, true]);
    expect([health.isOut, changes]).toEqual([false, ['out 1000', 'back']]);
  });

  it('is not one that answers the first probe, or is not out', async () => {
    const { health, server } = start();
    server.answers = true;
    expect(await health.hasReturned(forever)).toBe(false);
    health.reportFailure();
    const wait = health.hasReturned(forever);
    await vi.advanceTimersByTimeAsync(1);
    expect([await wait, health.isOut, server.awayCount]).toEqual([false, false, 0]);
  });

  it('is probed as rarely as before when nobody waits any more', async () => {
    const { health, probedAtMs } = start();
    health.reportFailure();
    const giveUp = new AbortController();
    const wait = health.hasReturned(giveUp.signal);
    await vi.advanceTimersByTimeAsync(300);
    giveUp.abort();
    expect(await wait).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(probedAtMs).toEqual([0, 250, 500, 2_500, 6_500]);
  });

  it('is not waited for beyond the end of the service', async () => {
    const { health } = start();
    health.reportFailure();
    const wait = health.hasReturned(forever);
    health[Symbol.dispose]();
    expect(await wait).toBe(false);
  });
});
