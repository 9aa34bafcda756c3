import { randomUUID } from 'node:crypto';
import { createLogger, createRegistry, createRequestContext, noTracing } from '@chatbot/service-kit';
import { createTestRedis, type TestRedis, waitFor } from '@chatbot/testkit';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Frame } from '../src/generation/frame.ts';
import { createGenerationLog, type GenerationLog } from '../src/generation/log.ts';
import { createLogWriter } from '../src/generation/log-writer.ts';
import { type LogTail, startLogTail } from '../src/generation/tail.ts';
import { createGatewayMetrics } from '../src/metrics.ts';
import { connectRedis, type RedisRole } from '../src/redis.ts';

let server: TestRedis;
let redis: Redis;
const quiet = createLogger({ service: 'test', level: 'silent' });
const connections = new DisposableStack();
let log: GenerationLog;
let tail: LogTail;

beforeAll(async () => {
  server = await createTestRedis();
  const connect = (role: RedisRole) => connections.use(connectRedis(server.url, { role, logger: quiet })).client;
  redis = connect('commands');
  const owner = randomUUID();
  log = createGenerationLog({ redis, owner, leaseTtlMs: 60_000, tracing: noTracing });
  tail = startLogTail({
    log,
    redis,
    blocking: connect('blocking'),
    logger: quiet,
    metrics: createGatewayMetrics(createRegistry('test')),
    owner,
    onCutOff: () => undefined,
  });
});

afterAll(async () => {
  await tail[Symbol.asyncDispose]();
  connections.dispose();
  await server[Symbol.asyncDispose]();
});

async function openWriter() {
  const generationId = randomUUID();
  const claim = await log.claim(generationId, createRequestContext());
  if (claim === undefined) throw new Error('not claimed');
  return {
    generationId,
    writer: createLogWriter({ log, generationId, fence: claim.fence, lastSeq: 0, text: '', pressure: { windowMs: 0 } }),
  };
}

/** A reader that keeps what it gets. */
function reader(generationId: string, afterSeq = 0) {
  const frames: Frame[] = [];
  let isGone = false;
  const following = tail.follow(generationId, {
    afterSeq,
    sink: {
      deliver: (frame) => void frames.push(frame),
      gone: () => {
        isGone = true;
      },
    },
  });
  return {
    frames,
    following,
    text: () => frames.map((frame) => (frame.type === 'delta' ? frame.text : '')).join(''),
    ended: () => waitFor(() => frames.at(-1)?.type === 'end', { description: 'the end frame' }),
    gone: () => waitFor(() => isGone, { description: 'the log is known to be gone' }),
  };
}

const end = { type: 'end', status: 'completed', messageId: 'm' } as const;

describe('a follower', () => {
  it('gets every frame once and in order, whenever it joins and wherever it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
        async (texts, joins) => {
          const { generationId, writer } = await openWriter();
          const readers: { from: number; read: ReturnType<typeof reader> }[] = [];
          for (const [index, text] of texts.entries()) {
            for (const join of joins)
              if (join % texts.length === index)
                readers.push({ from: writer.seq, read: reader(generationId, writer.seq) });
            writer.push({ type: 'delta', text });
            if (index % 3 === 0) await writer.settled();
          }
          writer.push(end);
          readers.push({ from: 0, read: reader(generationId) });
          await writer.settled();
          await Promise.all(readers.map(({ read }) => read.ended()));
          for (const { from, read } of readers) {
            expect(read.frames.map(({ seq }) => seq)).toEqual(
              Array.from({ length: writer.seq - from }, (_unused, index) => from + 1 + index),
            );
          }
          expect(readers.at(-1)?.read.text()).toBe(texts.join(''));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gets a replay of more than one page', async () => {
    const { generationId, writer } = await openWriter();
    for (let index = 0; index < 700; index += 1) {
      writer.push({ type: 'delta', text: `${index} ` });
      await writer.settled();
    }
    writer.push(end);
    await writer.settled();
    const live = reader(generationId, 699);
    const replay = reader(generationId);
    await Promise.all([live.ended(), replay.ended()]);
    expect(replay.frames).toHaveLength(701);
    expect(live.frames.map(({ seq }) => seq)).toEqual([700, 701]);
  });

  it('that reads slowly gets everything later and does not hold up the others', async () => {
    const { generationId, writer } = await openWriter();
    const slowFrames: Frame[] = [];
    let release: () => void = () => undefined;
    let blocked: Promise<void> | undefined = new Promise((resolve) => {
      release = () => {
        blocked = undefined;
        resolve();
      };
    });
    const sink = {
      deliver: (frame: Frame) => void slowFrames.push(frame),
      backpressure: { isFull: () => blocked !== undefined, drained: async () => blocked },
      gone: () => undefined,
    };
    tail.follow(generationId, { afterSeq: 0, sink });
    const quick = reader(generationId);
    for (const text of ['a', 'b', 'c']) {
      writer.push({ type: 'delta', text });
      await writer.settled();
    }
    writer.push(end);
    await quick.ended();
    expect(slowFrames).toEqual([]);
    release();
    await waitFor(() => slowFrames.at(-1)?.type === 'end', { description: 'the slow reader has caught up' });
    expect(slowFrames.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('gets nothing after it has left', async () => {
    const { generationId, writer } = await openWriter();
    const [leaver, stayer] = [reader(generationId), reader(generationId)];
    leaver.following.close();
    writer.push(end);
    await stayer.ended();
    expect(leaver.frames).toEqual([]);
  });
});

it('takes its own standstill for no silence of Redis', () => {
  const standstillMs = 60_000;
  const nowMs = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(nowMs + standstillMs);
  onTestFinished(() => clock.mockRestore());
  expect(tail.isCutOff).toBe(false);
});

describe('a tail whose Redis comes back empty', () => {
  it('tells the followers that their log is gone and serves new ones', async () => {
    const { generationId, writer } = await openWriter();
    const follower = reader(generationId);
    writer.push({ type: 'delta', text: 'a' });
    await waitFor(() => follower.frames.length === 1, { description: 'the first frame' });
    const waiting = reader((await openWriter()).generationId);
    await server.stop();
    await server.start();
    await Promise.all([follower.gone(), waiting.gone()]);
    const next = await openWriter();
    const nextFollower = reader(next.generationId);
    next.writer.push(end);
    await nextFollower.ended();
  });
});
