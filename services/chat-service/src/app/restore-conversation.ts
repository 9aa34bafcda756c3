import type { Conversation } from '../domain/conversation.ts';
import { orNotFound } from './not-found.ts';
import type { Clock, ConversationKey, TrashStore } from './ports.ts';

/** Takes a conversation out of the trash. Idempotent. Throws RESOURCE_NOT_FOUND, also when it has been purged. */
export async function restoreConversation(
  deps: { readonly trash: TrashStore; readonly clock: Clock },
  key: ConversationKey,
): Promise<Conversation> {
  return orNotFound(await deps.trash.restore({ ...key, nowMs: deps.clock() }));
}
