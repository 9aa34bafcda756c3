import type { UserDeps } from './ports.ts';

const batchSize = 100;
/** Of one run; the rest waits for the next. */
const batchCountMax = 50;

/**
 * Removes the accounts whose grace period is over. The other services are told first, and an account that could not be told of stays claimed for the
 * next run: they may hear of a removal twice, but never miss one.
 */
export async function removeAccounts(
  deps: Pick<UserDeps, 'accounts' | 'domainEvents' | 'events' | 'now'>,
): Promise<void> {
  for (let batch = 0; batch < batchCountMax; batch += 1) {
    const ids = await deps.accounts.claimForRemoval({ now: deps.now(), countMax: batchSize });
    if (ids.length === 0) return;
    const at = deps.now().toISOString();
    await deps.domainEvents.publish(ids.map((id) => ({ type: 'user.account_deleted', v: 1, id, userId: id, at })));
    await deps.accounts.removeAccounts(ids);
    for (const _id of ids) deps.events.count('removed');
  }
}
