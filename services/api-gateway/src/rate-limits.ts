import { AppError } from '@chatbot/errors';
import type { Logger } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { GatewayConfig } from './config.ts';
import { createHeadroom } from './headroom.ts';
import type { GatewayMetrics } from './metrics.ts';

/** What is limited: REST requests, sign-ins and new sockets by address; REST requests again and messages by account. */
export type LimitScope = 'requests' | 'sign-ins' | 'connections' | 'account-requests' | 'messages';

export type RateLimits = {
  /**
   * Counts one use. Throws RATE_LIMITED with the time to wait when the key is over its limit. A message of an account that was far below its limit a
   * moment ago is counted without being waited for.
   */
  consume(scope: LimitScope, key: string): Promise<void>;
};

const minuteSeconds = 60;

/** Limits shared by all replicas through Redis; while Redis is away each replica counts by itself. */
export function createRateLimits(deps: {
  redis: Redis;
  limits: GatewayConfig['limits'];
  logger: Logger;
  metrics: GatewayMetrics;
}): RateLimits {
  const { redis, limits, metrics } = deps;
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

  async function count(scope: LimitScope, key: string) {
    try {
      const { remainingPoints, msBeforeNext } = await limiters[scope].consume(key);
      if (scope === 'messages') headroom.note(key, { points: remainingPoints, forMs: msBeforeNext });
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      metrics.rateLimited.inc({ scope });
      throw new AppError('RATE_LIMITED', { retryAfterMs: refusal.msBeforeNext });
    }
  }

  return {
    async consume(scope, key) {
      // Taken before the count is on its way, so that a burst cannot pass on one old answer.
      const isFarBelow = scope === 'messages' && headroom.take(key);
      const counted = count(scope, key);
      if (isFarBelow) counted.catch(() => undefined);
      else await counted;
    },
  };
}
