import { AppError } from '@chatbot/errors';
import type { Clock, ConversationKey, ConversationStore, GenerationStore } from './ports.ts';

/**
 * Moves a conversation to the trash and returns the ids of its generations without an end. Idempotent for the owner.
 * Throws RESOURCE_NOT_FOUND.
 */
export async function deleteConversation(
  deps: { readonly conversations: ConversationStore; readonly generations: GenerationStore; readonly clock: Clock },
  key: ConversationKey,
): Promise<readonly string[]> {
  const removed = await deps.conversations.remove({ ...key, nowMs: deps.clock() });
  if (!removed) throw new AppError('RESOURCE_NOT_FOUND');
  // Asked after the removal is committed: a turn that came first is seen, and none can come after it.
  return deps.generations.listUnfinishedOf(key.conversationId);
}
