import type { Conversation } from '../domain/conversation.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationStore } from './ports/conversation-store.ts';
import type { Clock } from './ports/system.ts';

/** Stores a title that a model wrote, unless a person or a model gave one already. Throws RESOURCE_NOT_FOUND. */
export async function setGeneratedTitle(
  deps: { readonly conversations: ConversationStore; readonly clock: Clock },
  input: { readonly conversationId: string; readonly title: string },
): Promise<{ readonly conversation: Conversation; readonly changed: boolean }> {
  return orNotFound(await deps.conversations.setGeneratedTitle({ ...input, nowMs: deps.clock() }));
}
