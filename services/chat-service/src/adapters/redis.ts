import { Redis } from 'ioredis';

export type RedisConnection = Disposable & { readonly client: Redis };

/** A connection whose commands fail at once while Redis is away; whoever sends them tries again later. Outages are reported elsewhere. */
export function connectRedis(url: string): RedisConnection {
  const client = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  client.on('error', () => {});
  return { client, [Symbol.dispose]: () => client.disconnect() };
}
