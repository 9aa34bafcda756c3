import type { UserDeps } from './ports.ts';

export type RevocationSync = {
  /** Publishes again what was revoked lately. */
  run(): Promise<void>;
  /** The next run publishes everything that still matters: what was published before may be gone. */
  startOver(): void;
};

/** A transaction that began this long ago has ended by now, so nothing older turns up later. */
const overlapMs = 30_000;
/** Over this many within one life of an access token the oldest are left to expire. */
const countMax = 50_000;

/**
 * Brings what is published in step with what is stored. A process may die between storing a revocation and publishing it, and Redis
 * may come back empty; every replica repeats the last half minute, and after an outage all that an access token could still be alive for.
 */
export function createRevocationSync(
  deps: Pick<UserDeps, 'sessions' | 'revocations' | 'now'> & { accessTokenSeconds: number },
): RevocationSync {
  let complete = false;
  return {
    async run() {
      const windowMs = complete ? overlapMs : deps.accessTokenSeconds * 1_000 + overlapMs;
      complete = true;
      try {
        const since = new Date(deps.now().getTime() - windowMs);
        await deps.revocations.publish(await deps.sessions.listRevocations({ since, countMax }));
      } catch (error) {
        complete = false;
        throw error;
      }
    },
    startOver() {
      complete = false;
    },
  };
}
