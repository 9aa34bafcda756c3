import { trashRetentionMs } from '../domain/conversation.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import type { Clock } from './ports/system.ts';
import type { TrashStore } from './ports/trash-store.ts';

/** How many conversations one statement deletes: with their messages it stays well below a statement's time. */
const batchSize = 20;
/** Bounds one run; the next one goes on. */
const batchCountMax = 500;

/**
 * Deletes what has been in the trash for 30 days, in batches, and returns how many; and what is remembered of conversations that somebody lost as
 * long ago. Several replicas may do it at once.
 */
export async function purgeExpired(deps: {
  readonly trash: TrashStore;
  readonly changes: Pick<ChangeFeed, 'forgetRemovalsBefore'>;
  readonly clock: Clock;
}): Promise<number> {
  const deletedBeforeMs = deps.clock() - trashRetentionMs;
  let purgedCount = 0;
  for (let batch = 0; batch < batchCountMax; batch++) {
    const count = await deps.trash.purgeDeletedBefore({ deletedBeforeMs, limit: batchSize });
    purgedCount += count;
    if (count < batchSize) break;
  }
  await deps.changes.forgetRemovalsBefore(deletedBeforeMs);
  return purgedCount;
}
