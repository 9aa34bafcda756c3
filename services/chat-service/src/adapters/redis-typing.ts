import { AppError } from '@chatbot/errors';
import { Redis } from 'ioredis';
import type { TypingStore } from '../app/ports/typing-store.ts';

export type RedisTyping = TypingStore &
  AsyncDisposable & {
    /** Throws when Redis does not answer. */
    check(): Promise<void>;
  };

export type RedisTypingOptions = {
  readonly url: string;
  /** Told when the connection fails, once for each outage. */
  readonly onConnectionLost: (error: Error) => void;
};

/** How long one "types" is believed. */
export const typingTtlMs = 6_000;

/**
 * Who types, in Redis: for each conversation a sorted set of user ids by the time at which they are forgotten, which is forgotten as a
 * whole with the last of them. Without a connection everything fails at once: nothing here is worth waiting for.
 */
export async function createRedisTyping(options: RedisTypingOptions): Promise<RedisTyping> {
  const redis = new Redis(options.url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResubscribe: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  reportOutages(redis, options.onConnectionLost);
  // Only so that the first calls find a connection; a Redis that is down is reported and tried again.
  await redis.connect().catch(() => {});

  async function run<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (cause) {
      throw new AppError('UNAVAILABLE', { detail: 'Typing cannot be shown at the moment', cause });
    }
  }

  return {
    set: ({ conversationId, userId, typing, nowMs }) =>
      run(async () => {
        const key = keyOf(conversationId);
        if (!typing) {
          await redis.zrem(key, userId);
          return;
        }
        const replies = await redis
          .multi()
          .zremrangebyscore(key, '-inf', nowMs)
          .zadd(key, nowMs + typingTtlMs, userId)
          .pexpire(key, typingTtlMs)
          .exec();
        const failed = replies?.find(([error]) => error !== null)?.[0];
        if (failed) throw failed;
      }),
    list: ({ conversationId, nowMs }) => run(() => redis.zrangebyscore(keyOf(conversationId), `(${nowMs}`, '+inf')),
    check: () =>
      run(async () => {
        await redis.ping();
      }),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

/** The braces are a hash tag: the one part of the key that places it in a cluster. */
function keyOf(conversationId: string): string {
  return `typing:{${conversationId}}`;
}

/** Redis repeats its error at every attempt to reconnect; one for each outage is enough. */
function reportOutages(redis: Redis, report: (error: Error) => void): void {
  let reported = false;
  redis.on('error', (error: Error) => {
    if (!reported) report(error);
    reported = true;
  });
  redis.on('ready', () => {
    reported = false;
  });
}
