import { AppError } from '@chatbot/errors';
import { type DomainEvent, inScriptSpan, type Logger, type RequestContext, type Tracing } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { createHeadroom } from '../headroom.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { defineQuotaScripts } from './quota-scripts.ts';

/** What one account may use. */
export type QuotaLimits = {
  /** Prompt and completion tokens a day (UTC). */
  readonly tokensPerDay: number;
  /** Replies that are being written or wait for it at the same time. */
  readonly generationsMax: number;
};

export type QuotaUse = { readonly used: number; readonly limit: number };

export type QuotaState = {
  readonly tokens: QuotaUse & { readonly resetsAtMs: number };
  readonly generations: QuotaUse;
};

/** Whose turn it is, and what is the same when it is asked for again. */
export type AskedTurn = { readonly userId: string; readonly turn: string; readonly context: RequestContext };

/** A place among the running generations of an account. */
export type Reservation = {
  /** The place is that of this generation from now on. */
  keepFor(generationId: string): void;
  /** Nothing new is written. */
  cancel(): void;
};

export type Quotas = {
  /**
   * Takes a place for one more reply. What asks for the same turn at the same time, or for one that was kept in the last ten minutes, takes none of
   * its own. Throws QUOTA_EXCEEDED with the time to wait. For an account that was far below its quotas a moment ago the count is not waited for, and so
   * it is while Redis is away.
   */
  reserve(asked: AskedTurn): Promise<Reservation>;
  read(userId: string): Promise<QuotaState>;
  /** Counts what ended; the handler of domain events. */
  count(events: readonly DomainEvent[]): Promise<void>;
};

const dayMs = 86_400_000;
const daySeconds = dayMs / 1_000;
/** Longer than any reply takes: the place of one whose end was never told is free again then. */
const placeMs = 35 * 60_000;
/** A place is taken before its generation has an id; a gateway that dies in between must not block it for long. */
const reservationMs = 30_000;
/** For so long somebody asks again whose answer was lost. */
const repeatMs = 10 * 60_000;
/** What running replies use may come on top before it is counted, so close to the limit the count is waited for. */
const tokensFarBelow = 0.8;
const headroomMs = 10_000;
/** A guess: a place comes free whenever a reply ends. */
const generationsRetryAfterMs = 5_000;

/** Quotas counted in Redis, so that all replicas agree. While Redis is away nobody is refused. */
export function createQuotas(deps: {
  redis: Redis;
  limits: QuotaLimits;
  logger: Logger;
  metrics: GatewayMetrics;
  tracing: Tracing;
}): Quotas {
  const { limits, logger, metrics, tracing } = deps;
  const redis = defineQuotaScripts(deps.redis);
  const headroom = createHeadroom({ reservePoints: Math.ceil(limits.generationsMax / 2), now: Date.now });

  async function take({ userId, turn, context }: AskedTurn): Promise<QuotaState & { reserved: boolean }> {
    const nowMs = Date.now();
    const [running, tokens, reserved] = await inScriptSpan({ tracing, context }, 'quotaReserve', () =>
      redis.quotaReserve(
        runningKey(userId),
        tokensKey(userId, nowMs),
        storedKey(userId, turn),
        turn,
        nowMs,
        nowMs + reservationMs,
        limits.generationsMax,
        limits.tokensPerDay,
      ),
    );
    const state = stateOf({ running, tokens, nowMs });
    if (state.tokens.used < limits.tokensPerDay * tokensFarBelow) {
      headroom.note(userId, { points: limits.generationsMax - running, forMs: headroomMs });
    }
    return { ...state, reserved: reserved === 1 };
  }

  function stateOf(found: { running: number; tokens: string | null; nowMs: number }): QuotaState {
    const resetsAtMs = (Math.floor(found.nowMs / dayMs) + 1) * dayMs;
    return {
      tokens: { used: Number(found.tokens ?? 0), limit: limits.tokensPerDay, resetsAtMs },
      generations: { used: found.running, limit: limits.generationsMax },
    };
  }

  function refuse({ tokens, generations }: QuotaState): never {
    const scope = tokens.used >= tokens.limit ? 'tokens' : 'generations';
    metrics.rateLimited.inc({ scope });
    if (scope === 'tokens') {
      throw new AppError('QUOTA_EXCEEDED', {
        detail: 'The tokens of today are used up.',
        retryAfterMs: tokens.resetsAtMs - Date.now(),
        metadata: { quota: 'tokens', limit: String(tokens.limit), used: String(tokens.used) },
      });
    }
    throw new AppError('QUOTA_EXCEEDED', {
      detail: 'As many replies as possible are being written for you. Wait for one of them to end.',
      retryAfterMs: generationsRetryAfterMs,
      metadata: { quota: 'generations', limit: String(generations.limit), used: String(generations.used) },
    });
  }

  function reservationOf({ userId, turn }: AskedTurn): Reservation {
    const running = runningKey(userId);
    const report = (error: unknown) => logger.warn({ err: error }, 'a quota could not be counted');
    return {
      keepFor(generationId) {
        const untilMs = Date.now() + placeMs;
        redis
          .multi()
          .zrem(running, turn)
          .zadd(running, untilMs, generationId)
          .pexpireat(running, untilMs)
          .set(storedKey(userId, turn), '1', 'PX', repeatMs)
          .exec()
          .catch(report);
      },
      cancel: () => void redis.zrem(running, turn).catch(report),
    };
  }

  return {
    async reserve(asked) {
      const isFarBelow = headroom.take(asked.userId);
      const taking = take(asked).catch((error: unknown) => {
        logger.warn({ err: error }, 'a quota could not be counted');
        return undefined;
      });
      const state = isFarBelow ? undefined : await taking;
      if (state !== undefined && !state.reserved) refuse(state);
      return reservationOf(asked);
    },
    async read(userId) {
      const nowMs = Date.now();
      const [running, tokens] = await Promise.all([
        redis.zcount(runningKey(userId), nowMs, '+inf'),
        redis.get(tokensKey(userId, nowMs)),
      ]);
      return stateOf({ running, tokens, nowMs });
    },
    async count(events) {
      const ended = events.filter((event) => event.type === 'chat.generation_ended');
      await Promise.all(
        ended.map(({ id, userId, at, promptTokens, completionTokens }) =>
          redis.quotaEnd(
            runningKey(userId),
            tokensKey(userId, Date.parse(at)),
            `quota:{${userId}}:counted:${id}`,
            id,
            promptTokens + completionTokens,
            // A day longer than the day it counts for, whenever in it that begins.
            2 * daySeconds,
          ),
        ),
      );
    },
  };
}

// The braces are a hash tag: all keys of an account are on one node of a cluster.

function runningKey(userId: string): string {
  return `quota:{${userId}}:running`;
}

/** Says that a turn was stored. */
function storedKey(userId: string, turn: string): string {
  return `quota:{${userId}}:stored:${turn}`;
}

function tokensKey(userId: string, atMs: number): string {
  return `quota:{${userId}}:tokens:${new Date(atMs).toISOString().slice(0, 10)}`;
}
