import { AppError } from '@chatbot/errors';
import type { Logger } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { GatewayConfig } from './config.ts';
import type { GatewayMetrics } from './metrics.ts';

/** What is limited: REST requests and sign-ins by address, messages by account. */
export type LimitScope = 'requests' | 'sign-ins' | 'messages';

export type RateLimits = {
  /** Counts one use. Throws RATE_LIMITED with the time to wait when the key is over its limit. */
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
    messages: limiter('messages', limits.messagesPerMinute),
  };
  return {
    async consume(scope, key) {
      try {
        await limiters[scope].consume(key);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        metrics.rateLimited.inc({ scope });
        throw new AppError('RATE_LIMITED', { retryAfterMs: refusal.msBeforeNext });
      }
    },
  };
}
