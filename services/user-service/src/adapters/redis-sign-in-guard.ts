import { createHash } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Confirmation, SignInAttempt, SignInGuard } from '../app/ports.ts';

export type SignInGuardConfig = {
  /** Failures of one network, whatever the accounts, within a quarter of an hour. */
  readonly networkFailuresMax: number;
};

const minute = 60;
const hour = 60 * minute;
/** Failures of one account from one network until the pair is locked. */
const pairFailuresMax = 5;
/** The first lock; each further one within a day is twice as long. */
const pairLockSeconds = 30;
const pairLockSecondsMax = hour;
/** Failures of one account from all networks without a good history together, within an hour. */
const strangerFailuresMax = 20;
/** Wrong passwords, and wrong codes, of somebody who is signed in. */
const confirmationFailuresMax = 10;

/**
 * Counts failed sign-ins in Redis, and in the memory of each replica while Redis is away. Keys are digests: neither an address of a person nor one of
 * a machine is in them.
 */
export function createRedisSignInGuard(redis: Redis, { networkFailuresMax }: SignInGuardConfig): SignInGuard {
  const limiter = (name: string, points: number, duration: number) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `guard:${name}`,
      points,
      duration,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
    });
  const networks = limiter('network', networkFailuresMax, 15 * minute);
  const pairs = limiter('pair', pairFailuresMax, 15 * minute);
  const pairLocks = limiter('locks', 1_000, 24 * hour);
  const strangers = limiter('strangers', strangerFailuresMax, hour);
  const confirmations = limiter('confirmations', confirmationFailuresMax, 15 * minute);

  /** Counts a use; undefined when it is within the limit. */
  async function exceeded(limit: RateLimiterRedis, key: string): Promise<RateLimiterRes | undefined> {
    try {
      await limit.consume(key);
      return undefined;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    }
  }

  async function isPairLocked(attempt: SignInAttempt): Promise<boolean> {
    const key = pairKey(attempt);
    const over = await exceeded(pairs, key);
    if (over === undefined) return false;
    // The one that goes over the limit begins the lock; those after it are within it.
    if (over.consumedPoints === pairFailuresMax + 1) {
      const { consumedPoints: lockCount } = await pairLocks.penalty(key, 1);
      await pairs.block(key, Math.min(pairLockSeconds * 2 ** (lockCount - 1), pairLockSecondsMax));
    }
    return true;
  }

  return {
    async admit(attempt) {
      const network = await exceeded(networks, digest(attempt.network));
      if (network !== undefined) throw new AppError('RATE_LIMITED', { retryAfterMs: network.msBeforeNext });
      if (await isPairLocked(attempt)) return { locked: true };
      if (attempt.isKnownNetwork) return { locked: false };
      return { locked: (await exceeded(strangers, digest(attempt.email))) !== undefined };
    },

    async succeeded(attempt) {
      const key = pairKey(attempt);
      await Promise.all([takeBack(attempt), pairs.delete(key), pairLocks.delete(key)]);
    },

    async withdraw(attempt) {
      await Promise.all([takeBack(attempt), pairs.reward(pairKey(attempt), 1)]);
    },

    async admitConfirmation(confirmation) {
      const over = await exceeded(confirmations, confirmationKey(confirmation));
      if (over !== undefined) throw new AppError('RATE_LIMITED', { retryAfterMs: over.msBeforeNext });
    },

    async confirmed(confirmation) {
      await confirmations.delete(confirmationKey(confirmation));
    },
  };

  async function takeBack({ network, email, isKnownNetwork }: SignInAttempt) {
    await networks.reward(digest(network), 1);
    if (!isKnownNetwork) await strangers.reward(digest(email), 1);
  }
}

function pairKey({ email, network }: SignInAttempt): string {
  return digest(`${email}|${network}`);
}

function confirmationKey({ userId, of }: Confirmation): string {
  return of === 'password' ? userId : `${userId}|${of}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
