import { randomUUID } from 'node:crypto';
import { createTestRedis, type TestRedis, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEventLimit, type EventLimit } from '../src/sockets/event-limit.ts';

/** Far more than the rounds of a wait, so that what is refused there was used up elsewhere. */
const eventsPerMinute = 500;

let server: TestRedis;
let replicas: Redis[];
beforeAll(async () => {
  server = await createTestRedis();
  replicas = [new Redis(server.url), new Redis(server.url)];
});
afterAll(async () => {
  for (const redis of replicas) redis.disconnect();
  await server[Symbol.asyncDispose]();
});

function startReplica(redis = replicas[0] ?? new Redis(server.url)): EventLimit {
  return createEventLimit({ redis, eventsPerMinute });
}

/** How many of so many events at once are admitted. */
async function admitted(limit: EventLimit, { userId, count }: { userId: string; count: number }): Promise<number> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, () => limit.admit(userId)));
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

it('admits what an account may send, refuses the rest with the time to wait, and counts no other account', async () => {
  const limit = startReplica();
  const userId = randomUUID();
  expect(await admitted(limit, { userId, count: eventsPerMinute + 5 })).toBe(eventsPerMinute);
  await expect(limit.admit(userId)).rejects.toMatchObject({
    reason: 'RATE_LIMITED',
    retryAfterMs: expect.any(Number),
  });
  expect(await admitted(limit, { userId: randomUUID(), count: eventsPerMinute })).toBe(eventsPerMinute);
});

it('refuses on one replica what was used up on another', async () => {
  const [one, other] = replicas.map((redis) => startReplica(redis));
  if (one === undefined || other === undefined) throw new Error('no replicas');
  const userId = randomUUID();
  expect(await admitted(one, { userId, count: eventsPerMinute })).toBe(eventsPerMinute);
  // Each round is one more event, far fewer than this replica would admit by itself.
  let rounds = 0;
  await waitFor(
    async () => {
      rounds += 1;
      return (await admitted(other, { userId, count: 1 })) === 0;
    },
    { description: 'the other replica refuses', timeoutMs: 20_000 },
  );
  expect(rounds).toBeLessThan(eventsPerMinute);
});

it('waits for no answer of Redis, and goes on counting without it', async () => {
  // Commands wait in its queue for ever.
  const unreachable = new Redis({ lazyConnect: true, host: '127.0.0.1', port: 1, retryStrategy: () => null });
  unreachable.on('error', () => {});
  const limit = startReplica(unreachable);
  expect(await admitted(limit, { userId: 'ada', count: eventsPerMinute + 5 })).toBe(eventsPerMinute);
  unreachable.disconnect();
});
