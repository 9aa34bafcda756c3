import { createHash } from 'node:crypto';
import bcrypt from 'bcrypt';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  callOptions,
  password,
  registerSomebody,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

const wrong = 'not the password';
/** From where everybody registers. */
const home = '203.0.113.7';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService({ SIGN_IN_FAILURES_MAX: '40' });
});
afterAll(() => service[Symbol.asyncDispose]());
afterEach(() => {
  vi.restoreAllMocks();
});

let networkCount = 0;
/** An address in a network that nobody has used. */
function newNetwork(): string {
  networkCount += 1;
  return `198.51.${Math.floor(networkCount / 250)}.${(networkCount % 250) + 1}`;
}

async function signIn(email: string, secret: string, ipAddress: string) {
  const request = { email, password: secret, device: { userAgent: 'Test/1.0', ipAddress } };
  return signedIn((await service.client.unary('Login', request, callOptions())).session);
}

/** The outcome of an attempt: "ok" or the reason. */
function attempt(email: string, secret: string, ipAddress: string): Promise<string> {
  return signIn(email, secret, ipAddress).then(
    () => 'ok',
    (error) => error.reason,
  );
}

async function fail(email: string, ipAddress: string, count: number) {
  const outcomes = await Promise.all(Array.from({ length: count }, () => attempt(email, wrong, ipAddress)));
  expect(new Set(outcomes)).toEqual(new Set(['CREDENTIALS_INVALID']));
}

async function pairLock(email: string, ipAddress: string, use: (redis: Redis, key: string) => Promise<number>) {
  const redis = new Redis(service.redis.url);
  const digest = createHash('sha256').update(`${email}|${ipAddress}`).digest('base64url');
  const result = await use(redis, `guard:pair:${digest}`);
  redis.disconnect();
  return result;
}

describe('an account and a network', () => {
  it('are locked after five failures, also for the right password, and other networks are not', async () => {
    const { user } = await registerSomebody(service);
    const attacker = newNetwork();
    await fail(user.email, attacker, 5);
    expect(await attempt(user.email, password, attacker)).toBe('CREDENTIALS_INVALID');
    expect(await attempt(user.email, password, newNetwork())).toBe('ok');
    expect(await attempt(user.email, password, home)).toBe('ok');
  });

  it('are unlocked by time, and locked twice as long the next time', async () => {
    const { user } = await registerSomebody(service);
    const network = newNetwork();
    const remaining = () => pairLock(user.email, network, (redis, key) => redis.pttl(key));
    const lapse = () => pairLock(user.email, network, (redis, key) => redis.del(key));
    await fail(user.email, network, 6);
    const first = await remaining();
    await lapse();
    await fail(user.email, network, 6);
    const second = await remaining();
    expect(first).toBeGreaterThan(20_000);
    expect(first).toBeLessThanOrEqual(30_000);
    expect(second).toBeGreaterThan(50_000);
    expect(second).toBeLessThanOrEqual(60_000);
    await lapse();
    expect(await attempt(user.email, password, network)).toBe('ok');
  });

  it('forget their failures when the password is right', async () => {
    const { user } = await registerSomebody(service);
    const network = newNetwork();
    for (let round = 0; round < 3; round += 1) {
      await fail(user.email, network, 4);
      expect(await attempt(user.email, password, network)).toBe('ok');
    }
  });

  it('give no more than five guesses, however many come at once', async () => {
    const { user } = await registerSomebody(service);
    const network = newNetwork();
    const compare = vi.spyOn(bcrypt, 'compare');
    await fail(user.email, network, 30);
    const compared = compare.mock.calls.map(([, hash]) => String(hash));
    const counts = Object.values(Object.groupBy(compared, (hash) => hash)).map((calls) => calls?.length);
    // The hash of the account, and the decoy.
    expect(counts.toSorted()).toEqual([25, 5]);
  });
});

it('attackers everywhere lock the networks that are new to the account, and not the owner at home', async () => {
  const { user } = await registerSomebody(service);
  const abroad = '2001:db8:7:7::1';
  await signIn(user.email, password, abroad);
  await Promise.all(Array.from({ length: 25 }, () => attempt(user.email, wrong, newNetwork())));
  expect(await attempt(user.email, password, newNetwork())).toBe('CREDENTIALS_INVALID');
  expect(await attempt(user.email, password, home)).toBe('ok');
  // Another address in the same network.
  expect(await attempt(user.email, password, '2001:db8:7:7:aaaa:bbbb:cccc:dddd')).toBe('ok');
  const other = await registerSomebody(service);
  expect(await attempt(other.user.email, password, newNetwork())).toBe('ok');
});

it('an unknown account, a wrong password and a locked account give the same answer after the same work', async () => {
  const { user } = await registerSomebody(service);
  const locked = newNetwork();
  await fail(user.email, locked, 6);
  const attempts = [
    ['nobody@example.org', password, newNetwork()],
    [user.email, wrong, newNetwork()],
    [user.email, password, locked],
  ] as const;
  const compare = vi.spyOn(bcrypt, 'compare');
  const answers: unknown[] = [];
  for (const [email, secret, network] of attempts) {
    const error = await signIn(email, secret, network).catch((refusal: unknown) => refusal);
    answers.push(JSON.parse(JSON.stringify(error)));
  }
  expect(answers[0]).toMatchObject({ reason: 'CREDENTIALS_INVALID' });
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  const costs = compare.mock.calls.map(([, hash]) => bcrypt.getRounds(String(hash)));
  expect(costs).toEqual([4, 4, 4]);
});

it('accounts that do not exist are locked like those that do', async () => {
  const network = newNetwork();
  await fail('nobody.at.all@example.org', network, 6);
  expect(await pairLock('nobody.at.all@example.org', network, (redis, key) => redis.pttl(key))).toBeGreaterThan(0);
});

it('a network that fails with many accounts is refused with the time to wait, and others are served', async () => {
  const network = newNetwork();
  const outcomes: string[] = [];
  for (let count = 0; count < 41; count += 1) outcomes.push(await attempt(`p${count}@example.org`, wrong, network));
  expect(outcomes.slice(0, 40).every((outcome) => outcome === 'CREDENTIALS_INVALID')).toBe(true);
  const refusal = await signIn('one.more@example.org', wrong, network).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ reason: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  const { user } = await registerSomebody(service);
  expect(await attempt(user.email, password, newNetwork())).toBe('ok');
});

it('somebody who is signed in has ten guesses at the password', async () => {
  const { accessToken } = await registerSomebody(service);
  const guess = () =>
    service.client
      .unary('DeleteUser', { password: wrong }, callOptions(accessToken))
      .catch((error: { reason: string }) => error.reason);
  const outcomes = await Promise.all(Array.from({ length: 12 }, guess));
  const counts = Object.entries(Object.groupBy(outcomes, String)).map(([reason, all]) => [reason, all?.length]);
  expect(Object.fromEntries(counts)).toEqual({ VALIDATION_FAILED: 10, RATE_LIMITED: 2 });
});

it('guessing is slowed down while Redis is away, too', async () => {
  const { user } = await registerSomebody(service);
  const network = newNetwork();
  await service.redis.stop();
  await fail(user.email, network, 6);
  expect(await attempt(user.email, password, network)).toBe('CREDENTIALS_INVALID');
  expect(await attempt(user.email, password, home)).toBe('ok');
  await service.redis.start();
});
