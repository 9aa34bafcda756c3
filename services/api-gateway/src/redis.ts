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

/**
 * A connection whose publishing never fails for its caller: for the Socket.IO adapter, which awaits nothing, so that a message that cannot be
 * published would end the process. What it publishes may be lost.
 */
export function quietPublisher(client: Redis, logger: Logger): Redis {
  const publish = async (...message: Parameters<Redis['publish']>): Promise<number> => {
    try {
      return await client.publish(...message);
    } catch (error) {
      logger.debug({ err: error }, 'event for other replicas lost');
      return 0;
    }
  };
  return new Proxy(client, {
    get(target, name) {
      if (name === 'publish') return publish;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const common: RedisOptions = {
  connectTimeout: 3_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
};

const byRole: Record<RedisRole, RedisOptions> = {
  // All commands of one tick, of all streams, go in one write.
  // A connection that a partition has swallowed says nothing: without an answer in time it is made anew.
  commands: { enableAutoPipelining: true, maxRetriesPerRequest: 2, commandTimeout: 3_000, socketTimeout: 4_000 },
  // Its reads wait for 5 s.
  blocking: { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, socketTimeout: 10_000 },
  subscriber: { maxRetriesPerRequest: null },
};
