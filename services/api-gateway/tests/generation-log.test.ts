import { randomUUID } from 'node:crypto';
import { createRequestContext, noTracing } from '@chatbot/service-kit';
import { createTestRedis, startTcpProxy, type TestRedis, urlThrough, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameBody } from '../src/generation/frame.ts';
import { createGenerationLog, type GenerationLog, logKeys } from '../src/generation/log.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await createTestRedis();
  redis = new Redis(server.url, { enableAutoPipelining: true });
});

afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

function replica(leaseTtlMs = 60_000): GenerationLog {
  return createGenerationLog({ redis, owner: randomUUID(), leaseTtlMs, tracing: noTracing });
}

/** What happens when a lease runs out, without waiting for it. */
function expireLease(generationId: string) {
  return redis.del(logKeys.lease(generationId));
}

const delta = (text: string): FrameBody => ({ type: 'delta', text });
const end: FrameBody = { type: 'end', status: 'completed', messageId: 'm' };

async function claimed(log: GenerationLog, generationId: string) {
  const claim = await log.claim(generationId, createRequestContext());
  if (claim === undefined) throw new Error('not claimed');
  return claim;
}

describe('claim', () => {
  it('has one winner among 20 replicas at once', async () => {
    const generationId = randomUUID();
    const claims = await Promise.all(
      Array.from({ length: 20 }, () => replica().claim(generationId, createRequestContext())),
    );
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  });

  it('gives every next owner a higher fence, also when the log was lost in between', async () => {
    const generationId = randomUUID();
    const first = await claimed(replica(), generationId);
    await expireLease(generationId);
    const second = await claimed(replica(), generationId);
    await redis.del(logKeys.lease(generationId), logKeys.fence(generationId));
    const third = await claimed(replica(), generationId);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(third.fence).toBeGreaterThanOrEqual(second.fence);
  });

  it('whose answer was lost gets the same fence when it is sent again', async () => {
    const generationId = randomUUID();
    const { hostname: host, port } = new URL(server.url);
    await using proxy = await startTcpProxy({ target: { host, port: Number(port) } });
    const connection = new Redis(urlThrough(proxy, server.url)).on('error', () => {});
    const log = createGenerationLog({ redis: connection, owner: randomUUID(), leaseTtlMs: 60_000, tracing: noTracing });
    await connection.ping();
    proxy.blackhole('answers');
    const claiming = log.claim(generationId, createRequestContext());
    const fence = await waitFor(() => redis.get(logKeys.fence(generationId)), { description: 'it took effect' });
    await proxy.heal();
    expect(await claiming).toMatchObject({ fence: Number(fence), lastSeq: 0 });
    expect(await log.claim(generationId, createRequestContext())).toBeUndefined();
    connection.disconnect();
  });

  it('tells what a former owner left: the last frame, the end, a stop that was asked for', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence, ...empty } = await claimed(log, generationId);
    expect(empty).toEqual({ lastSeq: 0, ended: false, stop: undefined });
    await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a'), end] });
    await log.requestStop(generationId, { renderedSeq: 1 });
    await log.release(generationId, fence);
    expect(await replica().claim(generationId, createRequestContext())).toMatchObject({
      lastSeq: 2,
      ended: true,
      stop: { renderedSeq: 1 },
    });
  });
});

describe('append', () => {
  it('numbers the entries by the frames and gives them back in order', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence } = await claimed(log, generationId);
    expect(await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a'), delta('b')] })).toBe('owned');
    expect(await log.append(generationId, { fence, firstSeq: 3, bodies: [end] })).toBe('owned');
    const frames = await log.read(generationId, { afterSeq: 0, limit: 10 });
    expect(frames.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'delta'],
      [2, 'delta'],
      [3, 'end'],
    ]);
    expect(await log.read(generationId, { afterSeq: 1, limit: 1 })).toMatchObject([{ seq: 2, text: 'b' }]);
  });

  it('is refused when Redis came back without the frames before, and leaves no hole', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence } = await claimed(log, generationId);
    await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a'), delta('b')] });
    await redis.xdel(logKeys.log(generationId), '2-0');
    expect(await log.append(generationId, { fence, firstSeq: 3, bodies: [delta('c')] })).toBe('gone');
    expect(await log.lastSeq(generationId)).toBe(1);
    expect(await log.append(generationId, { fence, firstSeq: 9, baseSeq: 7, bodies: [end] })).toBe('owned');
  });

  it('changes nothing when it is repeated, and completes one that took effect in part', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence } = await claimed(log, generationId);
    await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a'), delta('b')] });
    expect(await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a'), delta('b'), delta('c')] })).toBe(
      'owned',
    );
    const frames = await log.read(generationId, { afterSeq: 0, limit: 10 });
    expect(frames.map((frame) => (frame.type === 'delta' ? frame.text : ''))).toEqual(['a', 'b', 'c']);
  });

  it('writes nothing for an owner whose lease has passed on', async () => {
    const generationId = randomUUID();
    const [zombie, heir] = [replica(), replica()];
    const { fence } = await claimed(zombie, generationId);
    await expireLease(generationId);
    await claimed(heir, generationId);
    expect(await zombie.append(generationId, { fence, firstSeq: 1, bodies: [delta('late')] })).toBe('lost');
    expect(await zombie.renew(generationId, fence)).toMatchObject({ ownership: 'lost' });
    await zombie.release(generationId, fence);
    expect(await replica().claim(generationId, createRequestContext())).toBeUndefined();
    expect(await heir.read(generationId, { afterSeq: 0, limit: 10 })).toEqual([]);
  });

  it('says so when Redis has lost the generation', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence } = await claimed(log, generationId);
    await server.flush();
    expect(await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a')] })).toBe('gone');
  });
});

describe('leases', () => {
  it('are found when they lapse, and forgotten with the end', async () => {
    const generationId = randomUUID();
    const log = replica();
    await redis.zadd(logKeys.leases, Date.now() - 1, generationId);
    expect(await log.listLapsed()).toContain(generationId);
    expect(await log.isKnown(generationId)).toBe(true);
    await log.forget(generationId);
    expect(await log.listLapsed()).not.toContain(generationId);
    expect(await log.isKnown(generationId)).toBe(false);
  });

  it('hear of a stop that was asked for on any replica', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence } = await claimed(log, generationId);
    expect(await log.renew(generationId, fence)).toEqual({ ownership: 'owned', stop: undefined });
    await replica().requestStop(generationId, { renderedSeq: undefined });
    expect(await log.renew(generationId, fence)).toEqual({ ownership: 'owned', stop: { renderedSeq: undefined } });
    await replica().requestStop(generationId, { renderedSeq: 3 });
    expect(await log.renew(generationId, fence)).toEqual({ ownership: 'owned', stop: { renderedSeq: undefined } });
  });

  it('leave no key without an expiry behind', async () => {
    const [log, generationId] = [replica(), randomUUID()];
    const { fence } = await claimed(log, generationId);
    await log.append(generationId, { fence, firstSeq: 1, bodies: [delta('a'), end] });
    await log.forget(generationId);
    const keys = [
      logKeys.log(generationId),
      logKeys.fence(generationId),
      logKeys.lease(generationId),
      logKeys.stop(generationId),
    ];
    const expiries = await Promise.all(keys.map((key) => redis.pttl(key)));
    expect(expiries).not.toContain(-1);
  });
});

describe('the epoch of redis', () => {
  it('says whether something older may be forgotten, and begins anew when redis does', async () => {
    const log = replica();
    await server.flush();
    expect(await log.remembersSince(Date.now())).toBe(false);
    const beforeMs = Date.now() - 1;
    await log.keepEpoch();
    await log.keepEpoch();
    expect(await log.remembersSince(Date.now())).toBe(true);
    expect(await log.remembersSince(beforeMs)).toBe(false);
    expect(await redis.pttl(logKeys.epoch)).toBeGreaterThan(0);
  });
});
