import { AppError } from '@chatbot/errors';
import type { Conversation } from '../domain/conversation.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { GenerationStore } from './ports/generation-store.ts';
import type { Clock } from './ports/system.ts';

export type DeletedConversation = {
  readonly conversation: Conversation;
  /** Those without an end. */
  readonly generationIds: readonly string[];
};

/**
 * Moves a conversation to the trash. Idempotent for the owner. Throws RESOURCE_NOT_FOUND, or PERMISSION_DENIED for a member who is not
 * the owner.
 */
export async function deleteConversation(
  deps: { readonly conversations: ConversationStore; readonly generations: GenerationStore; readonly clock: Clock },
  key: ConversationKey,
): Promise<DeletedConversation> {
  const conversation = orNotFound(await deps.conversations.remove({ ...key, nowMs: deps.clock() }));
  if (conversation === 'not-owner') throw new AppError('PERMISSION_DENIED');
  // Asked after the removal is committed: a turn that came first is seen, and none can come after it.
  return { conversation, generationIds: await deps.generations.listUnfinishedOf(key.conversationId) };
}
