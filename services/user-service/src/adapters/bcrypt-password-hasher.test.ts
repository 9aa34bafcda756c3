import bcrypt from 'bcrypt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBcryptPasswordHasher } from './bcrypt-password-hasher.ts';

const { signal } = new AbortController();
const config = { cost: 4, concurrencyMax: 2, queueMax: 10, queueWaitMaxMs: 60_000 };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('createBcryptPasswordHasher', () => {
  it('checks the passwords that it hashed', async () => {
    const hasher = await createBcryptPasswordHasher(config);
    const hash = await hasher.hash('right', signal);
    expect(await hasher.check({ password: 'right', hash, signal })).toEqual({ matches: true });
    expect(await hasher.check({ password: 'wrong', hash, signal })).toEqual({ matches: false });
  });

  it.each([
    ['after the 72nd byte', 'x'.repeat(72), 'x'.repeat(73)],
    ['after a NUL', 'a\0b', 'a\0c'],
    ['in the last of 1,024 characters', `${'é'.repeat(1023)}a`, `${'é'.repeat(1023)}b`],
  ])('tells passwords apart that differ %s', async (_where, password, other) => {
    const hasher = await createBcryptPasswordHasher(config);
    const hash = await hasher.hash(password, signal);
    expect(await hasher.check({ password: other, hash, signal })).toEqual({ matches: false });
    expect(await hasher.check({ password, hash, signal })).toEqual({ matches: true });
  });

  it('compares once and with the same cost, whether there is a hash or not, and matches nothing without one', async () => {
    const hasher = await createBcryptPasswordHasher({ ...config, cost: 5 });
    const hash = await hasher.hash('right', signal);
    const compare = vi.spyOn(bcrypt, 'compare');
    expect(await hasher.check({ password: 'wrong', hash: undefined, signal })).toEqual({ matches: false });
    expect(await hasher.check({ password: 'wrong', hash, signal })).toEqual({ matches: false });
    expect(compare.mock.calls.map(([, compared]) => bcrypt.getRounds(String(compared)))).toEqual([5, 5]);
  });

  it('gives a hash of the present cost for one of another cost, if the password is right', async () => {
    const before = await createBcryptPasswordHasher(config);
    const hash = await before.hash('right', signal);
    const now = await createBcryptPasswordHasher({ ...config, cost: 5 });
    const { replacement = '' } = await now.check({ password: 'right', hash, signal });
    expect(bcrypt.getRounds(replacement)).toBe(5);
    expect(await now.check({ password: 'right', hash: replacement, signal })).toEqual({ matches: true });
    expect(await now.check({ password: 'wrong', hash, signal })).toEqual({ matches: false });
  });

  it('lets the event loop turn while it works', async () => {
    const hasher = await createBcryptPasswordHasher({ ...config, cost: 10 });
    let done = false;
    const hashing = hasher.hash('password', signal).finally(() => {
      done = true;
    });
    let turnCount = 0;
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turnCount += 1;
    }
    await hashing;
    // Hashing on the event loop would be over before the loop got a turn.
    expect(turnCount).toBeGreaterThan(10);
  });

  it('refuses what does not fit into the queue, and does the rest', async () => {
    const hasher = await createBcryptPasswordHasher({ ...config, concurrencyMax: 1, queueMax: 2 });
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => hasher.hash('password', signal)));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.reason);
    expect(new Set(refused)).toEqual(new Set(['OVERLOADED']));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(2);
  });

  it('refuses who has waited too long, without the work, and serves who comes after them', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const hasher = await createBcryptPasswordHasher({ ...config, concurrencyMax: 1, queueWaitMaxMs: 4_000 });
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const hash = vi.spyOn(bcrypt, 'hash').mockImplementation(() => finished.then(() => 'hash'));
    const first = hasher.hash('first', signal);
    await vi.waitFor(() => expect(hash).toHaveBeenCalledTimes(1));
    const late = expect(hasher.hash('late', signal)).rejects.toMatchObject({ reason: 'OVERLOADED' });
    vi.advanceTimersByTime(4_001);
    const next = hasher.hash('next', signal);
    finish();
    await late;
    expect(await Promise.all([first, next])).toEqual(['hash', 'hash']);
    expect(hash).toHaveBeenCalledTimes(2);
  });

  it('does no work for a caller who has gone', async () => {
    const hasher = await createBcryptPasswordHasher(config);
    const hash = vi.spyOn(bcrypt, 'hash');
    await expect(hasher.hash('password', AbortSignal.abort())).rejects.toThrow();
    expect(hash).not.toHaveBeenCalled();
  });
});
