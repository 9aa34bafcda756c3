import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { Backends } from '../backends.ts';
import { createDataDir, startOwnedProcess } from '../owned-process.ts';
import { waitFor } from '../wait-for.ts';

/**
 * js-redis-server or the redis-server on PATH as a process, without persistence. It is a process also when embedded: stopping that
 * cuts every connection as a crash does, which js-redis-server itself offers no way to do. Throws when it does not start.
 */
export async function startRedisProcess(port: number, backends: Backends): Promise<AsyncDisposable> {
  const dataDir = await createDataDir('testkit-redis');
  const server = startOwnedProcess({ ...program(backends, { port, dataDir }), dataDir, stopSignal: 'KILL' });
  await waitFor(() => !server.running || answers(port), { description: 'Redis answers', timeoutMs: 30_000 });
  if (!server.running) throw new Error(`Redis ended at once:\n${server.output()}`);
  return server;
}

function program(backends: Backends, { port, dataDir }: { port: number; dataDir: string }) {
  switch (backends) {
    case 'embedded': {
      const main = fileURLToPath(new URL('./js-redis-main.ts', import.meta.url));
      return { command: process.execPath, args: [main, String(port)] };
    }
    case 'real': {
      const noPersistence = ['--save', '', '--appendonly', 'no'];
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir, ...noPersistence];
      return { command: 'redis-server', args };
    }
  }
}

async function answers(port: number): Promise<boolean> {
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => {
    // The attempt fails with the same error.
  });
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } finally {
    client.disconnect();
  }
}
