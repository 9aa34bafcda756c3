import { randomUUID } from 'node:crypto';
import { createLogger, createRegistry, createRequestContext, type DomainEvent, noTracing } from '@chatbot/service-kit';
import { createTestRedis, type TestRedis, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGatewayMetrics } from '../src/metrics.ts';
import { createQuotas, type Quotas } from '../src/quotas/quotas.ts';

const generationsMax = 4;

let server: TestRedis;
let redis: Redis;
let replicas: Quotas[];
beforeAll(async () => {
  server = await createTestRedis();
  redis = new Redis(server.url);
  const logger = createLogger({ service: 'test', level: 'silent' });
  const metrics = createGatewayMetrics(createRegistry('test'));
  const limits = { tokensPerDay: 1_000_000, generationsMax };
  replicas = [1, 2].map(() => createQuotas({ redis, limits, logger, metrics, tracing: noTracing }));
});
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

/** Asks for a place for each of these turns at once, at one replica after the other. */
function reserve(userId: string, turns: readonly string[]) {
  return Promise.allSettled(
    turns.map(async (turn, index) => {
      const quotas = replicas[index % replicas.length];
      if (quotas === undefined) throw new Error('no replicas');
      return quotas.reserve({ userId, turn, context: createRequestContext() });
    }),
  );
}

async function placesTaken(userId: string): Promise<number | undefined> {
  return (await replicas[0]?.read(userId))?.generations.used;
}

/** Resolves when the place of a turn has passed on to its generation. */
function kept(userId: string, generationId: string) {
  return waitFor(async () => (await redis.zscore(`quota:{${userId}}:running`, generationId)) !== null, {
    description: 'the place is that of the generation',
  });
}

it('one turn that is asked for 20 times at once takes one place, and is admitted again however little is left', async () => {
  const userId = randomUUID();
  const turn = randomUUID();
  const repeats = await reserve(userId, Array(20).fill(turn));
  expect(repeats.map(({ status }) => status)).toEqual(Array(20).fill('fulfilled'));
  expect(await placesTaken(userId)).toBe(1);

  await reserve(
    userId,
    Array.from({ length: 2 * generationsMax }, () => randomUUID()),
  );
  const isAdmitted = async () => {
    const [repeat, another] = await reserve(userId, [turn, randomUUID()]);
    return [repeat?.status, another?.status];
  };
  expect(await isAdmitted()).toEqual(['fulfilled', 'rejected']);
  // One of them has stored it, the others hear so.
  const generationId = randomUUID();
  for (const [index, repeat] of repeats.entries()) {
    if (repeat.status === 'rejected') continue;
    if (index === 0) repeat.value.keepFor(generationId);
    else repeat.value.cancel();
  }
  await kept(userId, generationId);
  expect(await isAdmitted()).toEqual(['fulfilled', 'rejected']);
});

it('what a reply used counts once and its place is free, however often its end is told', async () => {
  const userId = randomUUID();
  const id = randomUUID();
  const [reserved] = await reserve(userId, [randomUUID()]);
  if (reserved?.status !== 'fulfilled') throw new Error('refused');
  reserved.value.keepFor(id);
  await kept(userId, id);
  const ended: DomainEvent = {
    id,
    v: 1,
    at: new Date().toISOString(),
    userId,
    type: 'chat.generation_ended',
    status: 'stopped',
    persona: 'assistant',
    model: 'any',
    promptTokens: 3,
    completionTokens: 4,
    durationMs: 5,
  };
  await Promise.all(replicas.map((quotas) => quotas.count([ended, ended])));
  const { tokens, generations } = (await replicas[0]?.read(userId)) ?? {};
  expect([tokens?.used, generations?.used]).toEqual([7, 0]);
});
