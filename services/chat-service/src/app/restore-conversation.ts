import type { Conversation } from '../domain/conversation.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { Clock } from './ports/system.ts';
import type { TrashStore } from './ports/trash-store.ts';

/** Takes a conversation out of the trash. Idempotent. Throws RESOURCE_NOT_FOUND, also when it has been purged. */
export async function restoreConversation(
  deps: { readonly trash: TrashStore; readonly clock: Clock },
  key: ConversationKey,
): Promise<Conversation> {
  return orNotFound(await deps.trash.restore({ ...key, nowMs: deps.clock() }));
}
