import type { Logger } from '@chatbot/service-kit';
import { Redis } from 'ioredis';

export type RedisConnection = AsyncDisposable & {
  readonly client: Redis;
  /** Throws when Redis does not answer. */
  check(): Promise<void>;
};

/** A connection whose commands fail at once while Redis is away: nothing here is worth holding a sign-in up for. */
export async function connectRedis(url: string, logger: Logger): Promise<RedisConnection> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  });
  let reported = false;
  client.on('error', ({ message }: Error) => {
    // One line an outage, and the message alone: the error may hold the command that failed, and AUTH has a password.
    if (!reported) logger.warn({ cause: message }, 'redis connection lost');
    reported = true;
  });
  client.on('ready', () => {
    if (reported) logger.info('redis connection is back');
    reported = false;
  });
  await client.connect().catch(() => {});
  return {
    client,
    check: async () => void (await client.ping()),
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
