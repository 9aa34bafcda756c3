import { Redis } from 'ioredis';
import { startCountingProxy } from './counting-proxy.ts';
import { models } from './model-server.ts';
import type { PathUnderTest } from './path-under-test.ts';
import { formatCount, formatRatio, type Table } from './table.ts';

const tokensMax = 10_000;

/** What one long reply costs on the socket and in Redis, relative to its text. */
export async function benchBytes(paths: readonly PathUnderTest[]): Promise<Table> {
  const rows: string[][] = [];
  for (const path of paths) {
    const { textBytes, frameCount, socketBytes, redis } = await measure(path);
    const cell = (bytes: number | undefined) => (bytes === undefined ? '–' : formatCount(bytes));
    rows.push([
      path.name,
      formatCount(textBytes),
      formatCount(frameCount),
      cell(socketBytes),
      formatRatio(socketBytes, textBytes),
      cell(redis?.contentBytes),
      formatRatio(redis?.contentBytes ?? Number.NaN, textBytes),
      cell(redis?.memoryBytes),
      formatRatio(redis?.memoryBytes ?? Number.NaN, textBytes),
    ]);
  }
  return {
    title: 'Bytes',
    notes: [
      `One reply of ${formatCount(tokensMax)} tokens at 200 a second; the bare chain sends every one by itself.`,
      'Socket: everything that the server sends to the client from the message to the end. Redis: ids, names and values of the log, and the memory that the server says it takes.',
    ],
    header: ['', 'text', 'frames', 'socket', '× text', 'Redis content', '× text', 'Redis memory', '× text'],
    rows,
  };
}

async function measure(path: PathUnderTest) {
  if (path.url === undefined) throw new Error(`${path.name} has no socket to measure`);
  await using proxy = await startCountingProxy(path.url);
  using connection = await path.connect({ url: proxy.url });
  const bytesBefore = proxy.bytesFromServer;
  let textBytes = 0;
  let frameCount = 0;
  const { generationId } = await connection.runTurn({
    model: models.long,
    tokensMax,
    onText: (text) => {
      textBytes += Buffer.byteLength(text);
      frameCount += 1;
    },
  });
  const socketBytes = proxy.bytesFromServer - bytesBefore;
  const redis = path.redisUrl === undefined ? undefined : await measureLog(path.redisUrl, generationId);
  return { textBytes, frameCount, socketBytes, redis };
}

async function measureLog(redisUrl: string, generationId: string) {
  const redis = new Redis(redisUrl);
  try {
    // The key of services/api-gateway/src/generation/log.ts.
    const key = `gen:{${generationId}}`;
    const entries = await redis.xrange(key, '-', '+');
    const contentBytes = entries.flat(2).reduce((sum, part) => sum + Buffer.byteLength(part), 0);
    // The Redis in JavaScript cannot tell.
    const memory = await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0').catch(() => undefined);
    return { contentBytes, memoryBytes: typeof memory === 'number' ? memory : undefined };
  } finally {
    redis.disconnect();
  }
}
