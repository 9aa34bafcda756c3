import type { Logger } from '@chatbot/service-kit';
import { Redis, type RedisOptions } from 'ioredis';

/** `commands` fail fast; `blocking` reads and `subscriber`s wait for the connection to come back. */
export type RedisRole = 'commands' | 'blocking' | 'subscriber';

export type RedisConnection = Disposable & { readonly client: Redis };

/** A connection that reconnects by itself. Errors are logged, not thrown: each command reports its own. */
export function connectRedis(url: string, { role, logger }: { role: RedisRole; logger: Logger }): RedisConnection {
  const client = new Redis(url, { ...common, ...byRole[role] });
  let reported = false;
  client.on('error', (error: Error) => {
    // One line an outage, not one a retry.
    if (!reported) logger.warn({ err: error, role }, 'redis connection lost');
    reported = true;
  });
  client.on('ready', () => {
    if (reported) logger.info({ role }, 'redis connection is back');
    reported = false;
  });
  return { client, [Symbol.dispose]: () => client.disconnect() };
}

const common: RedisOptions = {
  connectTimeout: 3_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
};

const byRole: Record<RedisRole, RedisOptions> = {
  // All commands of one tick, of all streams, go in one write.
  commands: { enableAutoPipelining: true, maxRetriesPerRequest: 2, commandTimeout: 3_000 },
  blocking: { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false },
  subscriber: { maxRetriesPerRequest: null },
};
