import { AppError } from '@chatbot/errors';
import { inTrace, type Logger, limiterStore, type RequestContext, type Tracing } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { GatewayConfig } from './config.ts';
import { createHeadroom } from './headroom.ts';
import type { GatewayMetrics } from './metrics.ts';

/** What is limited: REST requests, sign-ins and new sockets by address; REST requests again and messages by account. */
export type LimitScope = 'requests' | 'sign-ins' | 'connections' | 'account-requests' | 'messages';

/** `context`: the request that is counted, once it is one. */
export type LimitUse = { scope: LimitScope; key: string; context?: RequestContext };

export type RateLimits = {
  /**
   * Counts one use. Throws RATE_LIMITED with the time to wait when the key is over its limit. A message of an account that was far below its limit a
   * moment ago is counted without being waited for.
   */
  consume(use: LimitUse): Promise<void>;
};

const minuteSeconds = 60;

/** Limits shared by all replicas through Redis; while Redis is away each replica counts by itself. */
export function createRateLimits(deps: {
  redis: Redis;
  limits: GatewayConfig['limits'];
  logger: Logger;
  metrics: GatewayMetrics;
  tracing: Tracing;
}): RateLimits {
  const { limits, metrics, tracing } = deps;
  const redis = limiterStore(deps.redis);
  const limiter = (scope: LimitScope, points: number) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `limit:${scope}`,
      points,
      duration: minuteSeconds,
      // Keys far over their limit are refused from memory.
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: new RateLimiterMemory({ points, duration: minuteSeconds }),
    });
  const limiters: Record<LimitScope, RateLimiterRedis> = {
    requests: limiter('requests', limits.requestsPerMinute),
    'sign-ins': limiter('sign-ins', limits.signInsPerMinute),
    connections: limiter('connections', limits.connectionsPerMinute),
    'account-requests': limiter('account-requests', limits.accountRequestsPerMinute),
    messages: limiter('messages', limits.messagesPerMinute),
  };
  const headroom = createHeadroom({ reservePoints: Math.ceil(limits.messagesPerMinute / 2), now: Date.now });

  async function count({ scope, key, context }: LimitUse) {
    const consume = () => limiters[scope].consume(key);
    try {
      const counted = context === undefined ? consume() : inTrace({ tracing, context }, consume);
      const { remainingPoints, msBeforeNext } = await counted;
      if (scope === 'messages') headroom.note(key, { points: remainingPoints, forMs: msBeforeNext });
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      metrics.rateLimited.inc({ scope });
      throw new AppError('RATE_LIMITED', { retryAfterMs: refusal.msBeforeNext });
    }
  }

  return {
    async consume(use) {
      // Taken before the count is on its way, so that a burst cannot pass on one old answer.
      const isFarBelow = use.scope === 'messages' && headroom.take(use.key);
      const counted = count(use);
      if (isFarBelow) counted.catch(() => undefined);
      else await counted;
    },
  };
}
