import { Redis } from 'ioredis';
import { testBackends } from '../backends.ts';
import { freePort } from '../free-port.ts';
import { startRedisProcess } from './redis-process.ts';

export type TestRedis = AsyncDisposable & {
  /** A redis:// URL; it stays the same over stop and start. */
  readonly url: string;
  /** Empties the server. */
  flush(): Promise<void>;
  /** Cuts every connection and ends the server; what it held is lost. */
  stop(): Promise<void>;
  /** Starts the server again, empty, on the same port. */
  start(): Promise<void>;
};

/** A Redis server without persistence that the caller owns: js-redis-server or redis-server, as TEST_BACKENDS says. */
export async function createTestRedis(): Promise<TestRedis> {
  const backends = testBackends();
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: AsyncDisposable | undefined = await startRedisProcess(port, backends);

  async function stop() {
    const stopping = server;
    server = undefined;
    await stopping?.[Symbol.asyncDispose]();
  }

  return {
    url,
    stop,
    async start() {
      server ??= await startRedisProcess(port, backends);
    },
    async flush() {
      const client = new Redis(url, { maxRetriesPerRequest: 0 });
      try {
        await client.flushall();
      } finally {
        client.disconnect();
      }
    },
    [Symbol.asyncDispose]: stop,
  };
}
