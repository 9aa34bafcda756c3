import { randomUUID } from 'node:crypto';
import { createTestRedis, type TestRedis, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  encodeRevocation,
  type Revocation,
  type RevocationWatch,
  revocationKeys,
  startRevocationWatch,
} from '../src/index.ts';
import { collectLogs } from './harness.ts';

let redis: TestRedis;
let client: Redis;
let watch: RevocationWatch;
const { lines, logger } = collectLogs();

beforeAll(async () => {
  redis = await createTestRedis();
  client = new Redis(redis.url);
  watch = await startRevocationWatch({ redisUrl: redis.url, logger });
});
afterAll(async () => {
  watch[Symbol.dispose]();
  client.disconnect();
  await redis[Symbol.asyncDispose]();
});

const session = (sessionId: string): Revocation => ({ kind: 'session', sessionId, cause: 'logout' });
const token = (fields: { userId?: string; sessionId?: string; tokenVersion?: number }) => ({
  userId: randomUUID(),
  sessionId: randomUUID(),
  tokenVersion: 1,
  ...fields,
});

async function store(revocation: Revocation, lifeMs = 60_000) {
  await client.zadd(revocationKeys.set, Date.now() + lifeMs, encodeRevocation(revocation));
}

async function push(revocation: Revocation, lifeMs = 60_000) {
  await client.publish(revocationKeys.channel, `${Date.now() + lifeMs} ${encodeRevocation(revocation)}`);
}

it('knows what was revoked before it began', async () => {
  const sessionId = randomUUID();
  await store(session(sessionId));
  using late = await startRevocationWatch({ redisUrl: redis.url, logger });
  expect(late.causeOf(token({ sessionId }))).toBe('logout');
});

it('hears of a revocation without reading', async () => {
  const sessionId = randomUUID();
  await push(session(sessionId));
  await waitFor(() => watch.causeOf(token({ sessionId })) === 'logout', { description: 'the push has arrived' });
});

it('finds a revocation whose push was lost', async () => {
  const sessionId = randomUUID();
  await store(session(sessionId));
  await waitFor(() => watch.causeOf(token({ sessionId })) === 'logout', { description: 'the set has been read' });
});

it('refuses the older tokens of an account and not the newer ones, in whatever order it hears', async () => {
  const userId = randomUUID();
  await push({ kind: 'account', userId, tokenVersion: 3, cause: 'role_changed' });
  await push({ kind: 'account', userId, tokenVersion: 2, cause: 'password_changed' });
  const last = randomUUID();
  await push(session(last));
  await waitFor(() => watch.causeOf(token({ sessionId: last })), { description: 'the last push has arrived' });
  const causes = [0, 2, 3, 4].map((tokenVersion) => watch.causeOf(token({ userId, tokenVersion })));
  expect(causes).toEqual(['role_changed', 'role_changed', undefined, undefined]);
  expect(watch.causeOf(token({ tokenVersion: 1 }))).toBeUndefined();
});

it('is not confused by what it cannot read', async () => {
  for (const junk of ['', 'junk', '9999999999999 junk', 'x y z', '9999999999999 s:junk:logout']) {
    await client.publish(revocationKeys.channel, junk);
  }
  const sessionId = randomUUID();
  await push(session(sessionId));
  await waitFor(() => watch.causeOf(token({ sessionId })) === 'logout', { description: 'a good push has arrived' });
});

it('keeps what it knows while Redis is away, says so once, and goes on when it is back', async () => {
  const before = randomUUID();
  await push(session(before));
  await waitFor(() => watch.causeOf(token({ sessionId: before })), { description: 'the push has arrived' });
  await redis.stop();
  await waitFor(() => lines.some(({ level }) => level === 'warn'), { description: 'the outage is logged' });
  expect(watch.causeOf(token({ sessionId: before }))).toBe('logout');
  await redis.start();
  const after = randomUUID();
  await waitFor(() => client.status === 'ready', { description: 'the connection is back' });
  await store(session(after));
  await waitFor(() => watch.causeOf(token({ sessionId: after })), { description: 'the set has been read again' });
  expect(watch.causeOf(token({ sessionId: before }))).toBe('logout');
});

it('starts without Redis', async () => {
  await using gone = await createTestRedis();
  await gone.stop();
  using lonely = await startRevocationWatch({ redisUrl: gone.url, logger });
  expect(lonely.causeOf(token({}))).toBeUndefined();
});
