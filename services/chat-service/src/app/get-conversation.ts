import type { Conversation } from '../domain/conversation.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';

/** Throws RESOURCE_NOT_FOUND. */
export async function getConversation(
  deps: { readonly conversations: ConversationStore },
  key: ConversationKey,
): Promise<Conversation> {
  return orNotFound(await deps.conversations.get(key));
}
