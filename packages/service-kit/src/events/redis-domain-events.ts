import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import type { ServiceName } from '../service-name.ts';
import {
  type DomainEvent,
  type DomainEventHandler,
  type DomainEventPublisher,
  domainEventSchema,
} from './domain-event.ts';

/** The Redis Stream of each producer, named for the first part of its events' types. */
type Area = 'user' | 'chat';

const streamOf = (area: Area) => `events:${area}`;
/** Events that a consumer may be behind; older ones are lost to it. Each takes about 300 bytes. */
const streamLengthMax = 100_000;
const batchSize = 100;
const blockMs = 2_000;
/** A consumer that has not said that it is done by then is taken for dead, and its events are given to another. */
const claimIdleMsDefault = 30_000;
const retryDelayMs = 1_000;

/** Publishes to Redis Streams. It throws at once while Redis is away. */
export function createRedisEventPublisher(redis: Pick<Redis, 'pipeline'>): DomainEventPublisher {
  return {
    async publish(events) {
      const pipeline = redis.pipeline();
      for (const event of events) {
        const stream = streamOf(event.type.startsWith('user.') ? 'user' : 'chat');
        pipeline.xadd(stream, 'MAXLEN', '~', streamLengthMax, '*', 'event', JSON.stringify(event));
      }
      const failed = (await pipeline.exec())?.find(([error]) => error !== null);
      if (failed?.[0]) throw failed[0];
    },
  };
}

export type RedisEventConsumerOptions = {
  redisUrl: string;
  /** All replicas of a service share the events between them. */
  group: ServiceName;
  areas: readonly Area[];
  handle: DomainEventHandler;
  logger: Logger;
  claimIdleMs?: number;
};

/**
 * Hands events to `handle`, each to one replica of the group, and again when that one fails or dies. Events of a kind or version that this release does
 * not know are passed over. Disposing of it waits for the batch at hand.
 */
export function startRedisEventConsumer(options: RedisEventConsumerOptions): AsyncDisposable {
  const { redisUrl, group, areas, handle, logger, claimIdleMs = claimIdleMsDefault } = options;
  const consumer = randomUUID();
  const streams = areas.map(streamOf);
  // A connection of its own: its reads block.
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: true });
  const stopping = new AbortController();
  let reported = false;
  let claimAtMs = 0;
  redis.on('error', () => {
    // The loop reports it, once an outage.
  });

  async function run() {
    await createGroups();
    while (!stopping.signal.aborted) {
      if (performance.now() >= claimAtMs) await takeOver();
      await work(await readNew());
      reported = false;
    }
  }

  async function createGroups() {
    for (const stream of streams) {
      // From the beginning: what was published before this service first ran concerns it too.
      await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: unknown) => {
        if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
      });
    }
  }

  async function readNew(): Promise<Entry[]> {
    const from = streams.map(() => '>');
    const args = ['COUNT', batchSize, 'BLOCK', blockMs, 'STREAMS', ...streams, ...from] as const;
    return entriesOf(await redis.call('XREADGROUP', 'GROUP', group, consumer, ...args));
  }

  /** What others, or this one before a failure, left undone. */
  async function takeOver() {
    for (const stream of streams) {
      let cursor = '0-0';
      do {
        const claim = ['XAUTOCLAIM', stream, group, consumer, claimIdleMs, cursor, 'COUNT', batchSize] as const;
        const [command, ...args] = claim;
        const [next, entries] = (await redis.call(command, ...args)) as [string, RawEntry[]];
        await work(entriesOf([[stream, entries]]));
        cursor = next;
      } while (cursor !== '0-0' && !stopping.signal.aborted);
    }
    claimAtMs = performance.now() + claimIdleMs;
  }

  async function work(entries: readonly Entry[]) {
    if (entries.length === 0) return;
    const events = entries.flatMap(({ event }) => event ?? []);
    if (events.length < entries.length) {
      logger.warn({ group, count: entries.length - events.length }, 'unknown events passed over');
    }
    if (events.length > 0) await handle(events);
    const done = redis.pipeline();
    for (const { stream, id } of entries) done.xack(stream, group, id);
    await done.exec();
  }

  async function runUntilStopped() {
    while (!stopping.signal.aborted) {
      try {
        await run();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!reported) logger.warn({ err: messageOf(error), group }, 'events cannot be consumed at the moment');
        reported = true;
        // What was read and not done is claimed again by its idle time.
        await delay(retryDelayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const running = runUntilStopped();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      // Without it a blocking read would hold the drain up.
      const cut = setTimeout(() => redis.disconnect(), blockMs / 4);
      await running;
      clearTimeout(cut);
      redis.disconnect();
    },
  };
}

type Entry = { stream: string; id: string; event: DomainEvent | undefined };
type RawEntry = [id: string, fields: string[] | null];

/** The entries of an answer to XREADGROUP: null, or pairs of a stream and its entries. */
function entriesOf(answer: unknown): Entry[] {
  const found = (answer ?? []) as [string, RawEntry[]][];
  return found.flatMap(([stream, entries]) =>
    entries.map(([id, fields]) => ({ stream, id, event: parseEvent(fields?.[1]) })),
  );
}

function parseEvent(text: string | undefined): DomainEvent | undefined {
  try {
    return domainEventSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Its message alone: the error itself may hold the command that failed, and AUTH has a password. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
