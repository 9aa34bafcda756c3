import type { DomainEvent } from '@chatbot/service-kit';
import type { UserDataStore } from './ports/user-data-store.ts';

const batchSize = 50;

/**
 * Removes what belongs to accounts that are gone: their conversations with all that is in them, and their places in those of others. What they wrote
 * in conversations of others stays there, as part of those. Doing it again does no harm.
 */
export async function removeUserData(
  deps: { readonly userData: UserDataStore },
  events: readonly DomainEvent[],
): Promise<void> {
  for (const event of events) {
    if (event.type !== 'user.account_deleted') continue;
    await deps.userData.leaveAll(event.userId);
    // In parts, so that no statement runs long; each turn removes something, so it ends.
    while ((await deps.userData.removeConversations({ userId: event.userId, countMax: batchSize })) === batchSize);
  }
}
