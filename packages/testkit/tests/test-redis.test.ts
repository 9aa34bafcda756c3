import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { createTestRedis, waitFor } from '../src/index.ts';

it('speaks the Redis protocol, streams and scripts included', async () => {
  await using server = await createTestRedis();
  const redis = connect(server.url);
  await redis.xadd('log', '1-0', 'text', 'first');
  await expect(redis.xadd('log', '1-0', 'text', 'again')).rejects.toThrow('equal or smaller');
  expect(await redis.eval('return redis.call("XLEN", KEYS[1])', 1, 'log')).toBe(1);
});

it('is empty after flush', async () => {
  await using server = await createTestRedis();
  const redis = connect(server.url);
  await redis.set('key', 'value');
  await server.flush();
  expect(await redis.dbsize()).toBe(0);
});

it('refuses connections while it is stopped and comes back empty on the same port', async () => {
  await using server = await createTestRedis();
  const redis = connect(server.url);
  await redis.set('key', 'value');
  await server.stop();
  await waitFor(() => redis.status !== 'ready', { description: 'the connection is cut' });
  await server.start();
  await waitFor(async () => (await redis.ping()) === 'PONG', { description: 'the client is connected again' });
  expect(await redis.get('key')).toBeNull();
});

it('gives every caller a server of its own', async () => {
  await using first = await createTestRedis();
  await using second = await createTestRedis();
  expect(second.url).not.toBe(first.url);
});

it('answers several commands sent together without waiting for an acknowledgement in between', async () => {
  await using server = await createTestRedis();
  const redis = connect(server.url);
  const durationsMs: number[] = [];
  for (let round = 0; round < 41; round += 1) {
    const startedAtMs = performance.now();
    await redis.pipeline().set('key', 'value').get('key').exec();
    durationsMs.push(performance.now() - startedAtMs);
  }
  // A delayed ACK takes 40 ms, each time, once the first few were given at once. The quickest round met no busy machine.
  expect(Math.min(...durationsMs.slice(-20))).toBeLessThan(30);
});

function connect(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => 20 });
  redis.on('error', () => {
    // Expected while the server is stopped.
  });
  onTestFinished(() => redis.disconnect());
  return redis;
}
