import { encodeRevocation, type Logger, revocationKeys } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import type { RevocationPublisher } from '../app/ports.ts';

export type RedisRevocationsOptions = {
  readonly redis: Redis;
  readonly accessTokenSeconds: number;
  readonly logger: Logger;
};

/** Verifiers accept a token for some seconds after its end, and clocks differ. */
const marginMs = 60_000;
/** Of one pipeline; a full synchronisation after an outage may have more. */
const batchSize = 1_000;

/** Revocations in Redis, as startRevocationWatch of the service-kit reads them. */
export function createRedisRevocations({
  redis,
  accessTokenSeconds,
  logger,
}: RedisRevocationsOptions): RevocationPublisher {
  async function write(encoded: readonly string[]) {
    // The clock of the machine, which the readers have, too.
    const nowMs = Date.now();
    const forgetAtMs = nowMs + accessTokenSeconds * 1_000 + marginMs;
    const pipeline = redis.multi().zremrangebyscore(revocationKeys.set, '-inf', nowMs);
    for (const text of encoded) {
      // The first publication decides when it may be forgotten; the channel is told again, which does no harm.
      pipeline.zadd(revocationKeys.set, 'NX', forgetAtMs, text);
      pipeline.publish(revocationKeys.channel, `${forgetAtMs} ${text}`);
    }
    const replies = await pipeline.exec();
    const failed = replies?.find(([error]) => error !== null)?.[0];
    if (failed) throw failed;
  }

  return {
    async publish(revocations) {
      const encoded = revocations.map(encodeRevocation);
      try {
        for (let at = 0; at < encoded.length; at += batchSize) await write(encoded.slice(at, at + batchSize));
      } catch (error) {
        const cause = error instanceof Error ? error.message : 'unknown';
        logger.warn({ cause, count: encoded.length }, 'revocations are stored and will be published later');
      }
    },
  };
}
