import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';
import { decodeRevocation, type RevocationCause, type RevocationList, revocationKeys } from './revocations.ts';

export type RevocationWatch = RevocationList & Disposable;

export type RevocationWatchOptions = { readonly redisUrl: string; readonly logger: Logger };

/** A push that was lost is found by reading. */
const readIntervalMs = 2_000;
/** Scores grow with the time of the revocation, but those of two replicas are not in step to the millisecond. */
const overlapMs = 10_000;
/** From time to time all is read again, whatever went wrong before. */
const readAllIntervalMs = 60_000;

type Entry = { readonly cause: RevocationCause; readonly forgetAtMs: number; readonly tokenVersion: number };

/**
 * Follows the revocations that user-service writes: it hears each one when it happens and reads the set every two seconds. While Redis is
 * away what is known stays in force. Resolves after the first reading, or when Redis does not answer.
 */
export async function startRevocationWatch({ redisUrl, logger }: RevocationWatchOptions): Promise<RevocationWatch> {
  const sessions = new Map<string, Entry>();
  const accounts = new Map<string, Entry>();
  const redis = new Redis(redisUrl, { ...connection, maxRetriesPerRequest: 0, enableOfflineQueue: false });
  const subscriber = new Redis(redisUrl, { ...connection, maxRetriesPerRequest: null });
  let newestMs = 0;
  let readAllAtMs = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function remember(encoded: string, forgetAtMs: number) {
    newestMs = Math.max(newestMs, forgetAtMs);
    const revocation = decodeRevocation(encoded);
    if (revocation === undefined || forgetAtMs <= Date.now()) return;
    const { cause } = revocation;
    if (revocation.kind === 'session') {
      sessions.set(revocation.sessionId, { cause, forgetAtMs, tokenVersion: 0 });
      return;
    }
    const { userId, tokenVersion } = revocation;
    const known = accounts.get(userId);
    if (known === undefined || known.tokenVersion <= tokenVersion)
      accounts.set(userId, { cause, forgetAtMs, tokenVersion });
  }

  async function read() {
    const nowMs = Date.now();
    const all = nowMs >= readAllAtMs;
    const found = await redis.zrangebyscore(
      revocationKeys.set,
      all ? nowMs : newestMs - overlapMs,
      '+inf',
      'WITHSCORES',
    );
    for (let at = 0; at + 1 < found.length; at += 2) remember(String(found[at]), Number(found[at + 1]));
    if (all) readAllAtMs = nowMs + readAllIntervalMs;
    forgetExpired(sessions, nowMs);
    forgetExpired(accounts, nowMs);
  }

  async function follow() {
    await read().catch(() => {
      // The connection reports its outage itself. What was written meanwhile may have any score.
      readAllAtMs = 0;
    });
    if (!stopped) timer = setTimeout(() => void follow(), readIntervalMs);
  }

  subscriber.on('message', (_channel, message: string) => {
    const [forgetAtMs = '', encoded = ''] = message.split(' ');
    remember(encoded, Number(forgetAtMs));
  });
  for (const client of [redis, subscriber]) reportOutages(client, logger);
  await Promise.all([redis.connect().catch(() => {}), subscriber.connect().catch(() => {})]);
  // Not awaited: without Redis it waits for it, and subscribes when it is there.
  subscriber.subscribe(revocationKeys.channel).catch(() => {});
  await follow();

  return {
    causeOf: ({ userId, sessionId, tokenVersion }) => {
      const session = sessions.get(sessionId);
      if (session !== undefined) return session.cause;
      const account = accounts.get(userId);
      return account !== undefined && tokenVersion < account.tokenVersion ? account.cause : undefined;
    },
    [Symbol.dispose]() {
      stopped = true;
      clearTimeout(timer);
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

const connection = {
  lazyConnect: true,
  connectTimeout: 2_000,
  commandTimeout: 1_000,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
};

function forgetExpired(entries: Map<string, Entry>, nowMs: number): void {
  for (const [id, { forgetAtMs }] of entries) if (forgetAtMs <= nowMs) entries.delete(id);
}

/** One line an outage. The error itself may hold the command that failed, and AUTH has a password. */
function reportOutages(client: Redis, logger: Logger): void {
  let reported = false;
  client.on('error', ({ message }: Error) => {
    if (!reported) logger.warn({ cause: message }, 'revocations cannot be read; those that are known stay in force');
    reported = true;
  });
  client.on('ready', () => {
    reported = false;
  });
}
