import { type Logger, startRedisEventConsumer } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import type { JwtAccessTokenSigner } from './adapters/jwt-access-token-signer.ts';
import { countActivity, forgetCountedEvents } from './app/count-activity.ts';
import type { UserDeps } from './app/ports.ts';
import { removeAccounts } from './app/remove-accounts.ts';
import { createRevocationSync } from './app/sync-revocations.ts';
import { startJob } from './jobs.ts';

export type BackgroundWorkDeps = Pick<
  UserDeps,
  'accounts' | 'sessions' | 'revocations' | 'domainEvents' | 'events' | 'activity' | 'now'
> & {
  readonly accessTokens: JwtAccessTokenSigner;
  readonly accessTokenSeconds: number;
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly logger: Logger;
};

/** Verifiers hear of a revocation at once; this is for what did not get through. */
const syncIntervalMs = 2_000;
const forgetIntervalMs = 3_600_000;
/** New keys wait for half an hour before they sign anything, so this need not be fast. */
const readKeysIntervalMs = 5_000;
const removalIntervalMs = 2_000;

/** What the service does without being asked. Disposing of it waits for the runs that have begun. */
export function startBackgroundWork(deps: BackgroundWorkDeps): AsyncDisposable {
  const { redis, redisUrl, accessTokens, logger } = deps;
  const work = new AsyncDisposableStack();
  const repeat = (name: string, everyMs: number, run: () => Promise<void>) =>
    work.use(startJob({ name, everyMs, run, logger }));

  repeat('read signing keys', readKeysIntervalMs, async () => accessTokens.reload());
  const sync = createRevocationSync(deps);
  redis.on('ready', sync.startOver);
  repeat('sync revocations', syncIntervalMs, sync.run);
  work.use(
    startRedisEventConsumer({
      redisUrl,
      group: 'user-service',
      areas: ['user', 'chat'],
      handle: (events) => countActivity(deps, events),
      logger,
    }),
  );
  repeat('forget counted events', forgetIntervalMs, () => forgetCountedEvents(deps));
  repeat('remove accounts', removalIntervalMs, () => removeAccounts(deps));
  return work;
}
