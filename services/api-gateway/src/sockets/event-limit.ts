import { AppError } from '@chatbot/errors';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

export type EventLimit = {
  /** Counts one event of an account. Throws RATE_LIMITED with the time to wait. */
  admit(userId: string): Promise<void>;
};

const minuteSeconds = 60;

/**
 * Limits the events of an account on all its sockets, on all replicas. No event waits for Redis: each is counted here at once, and there meanwhile, and an
 * account that is over the limit there is refused here from then on. So a flood over many replicas gets through what was on its way when the answer came, and
 * while Redis is away each replica counts by itself.
 */
export function createEventLimit({ redis, eventsPerMinute }: { redis: Redis; eventsPerMinute: number }): EventLimit {
  const limit = { points: eventsPerMinute, duration: minuteSeconds };
  const here = new RateLimiterMemory({ ...limit, keyPrefix: 'events' });
  const everywhere = new RateLimiterRedis({ ...limit, storeClient: redis, keyPrefix: 'limit:events' });

  async function countEverywhere(userId: string) {
    try {
      await everywhere.consume(userId);
    } catch (refusal) {
      // Anything else is Redis being away.
      if (refusal instanceof RateLimiterRes) await here.block(userId, Math.ceil(refusal.msBeforeNext / 1_000));
    }
  }

  return {
    async admit(userId) {
      try {
        await here.consume(userId);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw new AppError('RATE_LIMITED', { retryAfterMs: refusal.msBeforeNext });
      }
      void countEverywhere(userId);
    },
  };
}
