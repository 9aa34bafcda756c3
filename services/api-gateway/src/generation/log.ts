import { inScriptSpan, type RequestContext, type Tracing } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { type Frame, type FrameBody, fromLogField, seqOf, toLogField } from './frame.ts';
import { registerScripts } from './log-scripts.ts';

export type Claim = {
  /** The fencing number of this ownership; higher than every one before. */
  readonly fence: number;
  /** The last frame in the log; 0 when it is empty. */
  readonly lastSeq: number;
  /** Whether the last frame is the end. */
  readonly ended: boolean;
  /** The stop that was asked for before this claim. */
  readonly stop: StopRequest | undefined;
};

/** A wish to stop. `renderedSeq`: the last frame that the person has seen, when the client says so. */
export type StopRequest = { readonly renderedSeq: number | undefined };

type AppendInput = {
  fence: number;
  firstSeq: number;
  baseSeq?: number;
  bodies: readonly FrameBody[];
  /** The request that the append is a span of. None of most: they go to Redis together with those of other replies. */
  context?: RequestContext | undefined;
};

/** `owned`: the write took effect. `lost`: another owner has a higher fence. `gone`: Redis knows nothing of this generation any more. */
export type Ownership = 'owned' | 'lost' | 'gone';

/** Redis keys of one generation. The braces keep them on one node of a cluster. */
export const logKeys = {
  log: (generationId: string) => `gen:{${generationId}}`,
  lease: (generationId: string) => `gen:{${generationId}}:lease`,
  fence: (generationId: string) => `gen:{${generationId}}:fence`,
  stop: (generationId: string) => `gen:{${generationId}}:stop`,
  /** Generations without an end, scored by when their lease runs out (ms since the epoch). An index: the lease key decides. */
  leases: 'gen:leases',
  /** Since when Redis has forgotten nothing (ms since the epoch). */
  epoch: 'gen:epoch',
} as const;

/** How long a log outlives its end, and how long one without an end is kept. */
export const logTtl = { endedMs: 3_600_000, runningMs: 86_400_000 } as const;

/** Sent on this channel: the id of a generation to stop, and after a space what its stop key holds. */
export const stopChannel = 'gen:stop';

export type GenerationLog = ReturnType<typeof createGenerationLog>;

/**
 * The generation logs: one Redis Stream a generation whose entry ids are the sequence numbers. Every write checks the fence in the same
 * script, so that an owner that lost its lease can write nothing; an explicit id makes a repeated append a no-op.
 */
export function createGenerationLog({
  redis: connection,
  owner,
  leaseTtlMs,
  tracing,
}: {
  redis: Redis;
  owner: string;
  leaseTtlMs: number;
  tracing: Tracing;
}) {
  const redis = registerScripts(connection);
  let claimCount = 0;

  return {
    /** Takes the ownership of a generation for a request, or returns undefined while another owner holds it. */
    async claim(generationId: string, context: RequestContext): Promise<Claim | undefined> {
      const answer = await inScriptSpan({ tracing, context }, 'genClaim', () =>
        redis.genClaim(
          logKeys.lease(generationId),
          logKeys.fence(generationId),
          logKeys.log(generationId),
          logKeys.stop(generationId),
          `${owner} ${++claimCount}`,
          leaseTtlMs,
          logTtl.runningMs,
        ),
      );
      if (answer === null) return undefined;
      const [fence, lastId, lastField, stop] = answer;
      // Not awaited: the index is only a help, and the next renewal writes it again.
      redis.zadd(logKeys.leases, Date.now() + leaseTtlMs, generationId).catch(() => undefined);
      return { fence: Number(fence), lastSeq: seqOf(lastId), ended: lastField === '1e', stop: parseStop(stop) };
    },

    /**
     * Appends frames numbered from `firstSeq`. A repeat of an append that already took effect changes nothing and is `owned`. When frames
     * between `baseSeq` and `firstSeq` are missing, the log is `gone`: Redis came back without its latest writes.
     */
    async append(generationId: string, input: AppendInput): Promise<Ownership> {
      const { fence, firstSeq, baseSeq = 0, bodies, context } = input;
      const ended = bodies.at(-1)?.type === 'end';
      const append = () =>
        redis.genAppend(
          logKeys.log(generationId),
          logKeys.fence(generationId),
          fence,
          firstSeq,
          ended ? logTtl.endedMs : firstSeq === 1 ? logTtl.runningMs : 0,
          firstSeq - 1 - baseSeq,
          ...bodies.flatMap(toLogField),
        );
      const answer = context === undefined ? append() : inScriptSpan({ tracing, context }, 'genAppend', append);
      return ownership(await answer);
    },

    /** Keeps the lease; says whether a stop was asked for meanwhile. */
    async renew(generationId: string, fence: number): Promise<{ ownership: Ownership; stop: StopRequest | undefined }> {
      const answer = await redis.genRenew(
        logKeys.lease(generationId),
        logKeys.fence(generationId),
        logKeys.stop(generationId),
        fence,
        owner,
        leaseTtlMs,
      );
      if (typeof answer === 'string') return { ownership: ownership(answer), stop: undefined };
      return { ownership: ownership(answer[0]), stop: parseStop(answer[1]) };
    },

    /** Moves the leases of `generationIds` in the index, after renewals. */
    async touch(generationIds: readonly string[]): Promise<void> {
      const expiresAtMs = Date.now() + leaseTtlMs;
      if (generationIds.length > 0)
        await redis.zadd(logKeys.leases, ...generationIds.flatMap((id) => [expiresAtMs, id]));
    },

    /** Gives the lease up without an end, for another replica to claim at once. */
    async release(generationId: string, fence: number): Promise<void> {
      await redis.genRelease(logKeys.lease(generationId), logKeys.fence(generationId), fence);
      await redis.zadd(logKeys.leases, 0, generationId);
    },

    /** Forgets an ended generation; its log expires by itself. */
    async forget(generationId: string): Promise<void> {
      await Promise.all([
        redis.del(logKeys.lease(generationId), logKeys.stop(generationId)),
        redis.zrem(logKeys.leases, generationId),
      ]);
      await redis.pexpire(logKeys.fence(generationId), logTtl.endedMs);
    },

    /** Generations whose lease ran out, at most 50. */
    listLapsed(): Promise<string[]> {
      return redis.zrangebyscore(logKeys.leases, '-inf', Date.now(), 'LIMIT', 0, 50);
    },

    /** Whether a generation is owned or waits in the index to be claimed. */
    async isKnown(generationId: string): Promise<boolean> {
      return (await redis.zscore(logKeys.leases, generationId)) !== null;
    },

    /** Asks the owner, whichever replica it is, to stop. Remembered until the end, so that no owner misses it. */
    async requestStop(generationId: string, { renderedSeq }: StopRequest): Promise<void> {
      const value = renderedSeq === undefined ? '' : String(renderedSeq);
      // The first request decides, as the first press on Stop does.
      await redis.set(logKeys.stop(generationId), value, 'PX', logTtl.endedMs, 'NX');
      await redis.publish(stopChannel, `${generationId} ${value}`);
    },

    /** Begins an epoch unless Redis remembers one. To be called again whenever Redis may have been lost, and now and then. */
    async keepEpoch(): Promise<void> {
      await redis.set(logKeys.epoch, Date.now(), 'PX', logTtl.runningMs, 'NX');
      await redis.pexpire(logKeys.epoch, logTtl.runningMs);
    },

    /** Whether Redis would still know of what was logged from `sinceMs` (ms since the epoch) on. */
    async remembersSince(sinceMs: number): Promise<boolean> {
      const epochMs = await redis.get(logKeys.epoch);
      return epochMs !== null && Number(epochMs) <= sinceMs;
    },

    /** The last frame in the log; 0 when there is none. */
    async lastSeq(generationId: string): Promise<number> {
      const [last] = await redis.xrevrange(logKeys.log(generationId), '+', '-', 'COUNT', 1);
      return last === undefined ? 0 : seqOf(last[0]);
    },

    async exists(generationId: string): Promise<boolean> {
      return (await redis.exists(logKeys.log(generationId))) === 1;
    },

    /** At most `limit` frames after `afterSeq`, in order. */
    async read(generationId: string, { afterSeq, limit }: { afterSeq: number; limit: number }): Promise<Frame[]> {
      const entries = await redis.xrange(logKeys.log(generationId), `(${afterSeq}-0`, '+', 'COUNT', limit);
      return entries.map((entry) => toFrame(generationId, entry));
    },
  };
}

/** Throws when an entry is not one of ours. */
export function toFrame(generationId: string, [id, fields]: [id: string, fields: string[]]): Frame {
  const [name = '', value = ''] = fields;
  return { v: 1, generationId, seq: seqOf(id), ...fromLogField(name, value) };
}

function ownership(answer: string): Ownership {
  if (answer === 'owned' || answer === 'lost' || answer === 'gone') return answer;
  throw new Error(`unexpected answer ${answer}`);
}

/** What a stop key holds: nothing, or a frame number. */
export function parseStop(value: string | null): StopRequest | undefined {
  return value === null ? undefined : { renderedSeq: value === '' ? undefined : Number.parseInt(value, 10) };
}
