import { randomUUID } from 'node:crypto';
import { createTestRedis, type TestRedis, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createLogger,
  createRedisEventPublisher,
  type DomainEvent,
  type DomainEventHandler,
  type DomainEventPublisher,
  type ServiceName,
  startRedisEventConsumer,
} from '../src/index.ts';

let server: TestRedis;
let redis: Redis;
let publisher: DomainEventPublisher;
beforeAll(async () => {
  server = await createTestRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
  publisher = createRedisEventPublisher(redis);
});
beforeEach(() => server.flush());
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

const logger = createLogger({ service: 'test', level: 'silent' });

function signIn(): DomainEvent {
  return { id: randomUUID(), v: 1, type: 'user.signed_in', at: new Date().toISOString(), userId: randomUUID() };
}

function messagePosted(): DomainEvent {
  return { ...signIn(), type: 'chat.message_posted', persona: 'teacher' };
}

function consume(handle: DomainEventHandler, options: { group?: ServiceName; claimIdleMs?: number } = {}) {
  const { group = 'user-service', claimIdleMs = 100 } = options;
  return startRedisEventConsumer({ redisUrl: server.url, group, areas: ['user', 'chat'], handle, logger, claimIdleMs });
}

/** A handler that keeps the ids of what it got. */
function collector() {
  const ids: string[] = [];
  return { ids, handle: async (events: readonly DomainEvent[]) => void ids.push(...events.map(({ id }) => id)) };
}

describe('domain events', () => {
  it('reach every group, also one that first runs after they were published', async () => {
    const [early, late] = [collector(), collector()];
    const events = [signIn(), messagePosted(), signIn()];
    await using _early = consume(early.handle);
    await publisher.publish(events);
    await using _late = consume(late.handle, { group: 'chat-service' });
    const wanted = events.map(({ id }) => id).toSorted();
    for (const { ids } of [early, late]) {
      await waitFor(() => ids.length === 3, { description: 'all events' });
      expect(ids.toSorted()).toEqual(wanted);
    }
  });

  it('go to one replica of a group each', async () => {
    const [one, two] = [collector(), collector()];
    await using _one = consume(one.handle, { claimIdleMs: 60_000 });
    await using _two = consume(two.handle, { claimIdleMs: 60_000 });
    const events = Array.from({ length: 200 }, signIn);
    for (const event of events) await publisher.publish([event]);
    await waitFor(() => one.ids.length + two.ids.length >= 200, { description: 'all events' });
    expect([...one.ids, ...two.ids].toSorted()).toEqual(events.map(({ id }) => id).toSorted());
  });

  it('come again to a handler that failed', async () => {
    const { ids, handle } = collector();
    let failures = 2;
    await using _consumer = consume(async (events) => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('the database is away');
      }
      await handle(events);
    });
    const event = signIn();
    await publisher.publish([event]);
    await waitFor(() => ids.length > 0, { description: 'the event' });
    expect(ids).toEqual([event.id]);
  });

  it('of a replica that died go to another', async () => {
    const event = signIn();
    await publisher.publish([event]);
    await redis.xgroup('CREATE', 'events:user', 'user-service', '0');
    // Read and never acknowledged.
    await redis.call('XREADGROUP', 'GROUP', 'user-service', 'dead', 'STREAMS', 'events:user', '>');
    const { ids, handle } = collector();
    await using _consumer = consume(handle);
    await waitFor(() => ids.length > 0, { description: 'the event' });
    expect(ids).toEqual([event.id]);
  });

  it('of a later release are passed over', async () => {
    const { ids, handle } = collector();
    await using _consumer = consume(handle);
    await redis.xadd('events:user', '*', 'event', JSON.stringify({ ...signIn(), v: 2 }));
    await redis.xadd('events:user', '*', 'event', JSON.stringify({ ...signIn(), type: 'user.flew' }));
    await redis.xadd('events:user', '*', 'event', 'no JSON');
    await redis.xadd('events:user', '*', 'else', 'x');
    const event = signIn();
    await publisher.publish([event]);
    await waitFor(() => ids.length > 0, { description: 'the known event' });
    expect(ids).toEqual([event.id]);
    await waitFor(async () => (await pendingCount()) === 0, { description: 'all are done' });
  });

  it('flow again after Redis was restarted empty', async () => {
    const { ids, handle } = collector();
    await using _consumer = consume(handle);
    await publisher.publish([signIn()]);
    await waitFor(() => ids.length === 1, { description: 'the first event' });
    await server.stop();
    await expect(publisher.publish([signIn()])).rejects.toThrow();
    await server.start();
    const event = signIn();
    await waitFor(
      () =>
        publisher.publish([event]).then(
          () => true,
          () => false,
        ),
      { description: 'it is published' },
    );
    await waitFor(() => ids.includes(event.id), { description: 'the last event', timeoutMs: 20_000 });
  });
});

async function pendingCount(): Promise<number> {
  const [count] = (await redis.xpending('events:user', 'user-service')) as [number];
  return count;
}
