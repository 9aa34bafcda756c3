import type { Conversation, PersonalChanges } from '../domain/conversation.ts';
import type { BulkStore } from './ports/bulk-store.ts';
import type { GenerationStore } from './ports/generation-store.ts';
import type { Clock } from './ports/system.ts';

export type ConversationsChange =
  | { readonly kind: 'arrange'; readonly changes: PersonalChanges }
  | { readonly kind: 'trash' | 'restore' | 'purge' };

export type ChangeConversationsInput = {
  readonly userId: string;
  readonly conversationIds: readonly string[];
  readonly change: ConversationsChange;
};

export type ChangedConversations = {
  /** As they are now; as they were, of those that are gone. */
  readonly conversations: readonly Conversation[];
  /** Those of conversations now in the trash that had not ended. */
  readonly generationIds: readonly string[];
};

/**
 * Changes many conversations at once, whatever their versions: all that the user may change, in one transaction. What is not in the
 * answer was left alone: it does not exist for the user, or is where it should go, or the folder is not there.
 */
export async function changeConversations(
  deps: { readonly bulk: BulkStore; readonly generations: GenerationStore; readonly clock: Clock },
  { userId, conversationIds, change }: ChangeConversationsInput,
): Promise<ChangedConversations> {
  const target = { userId, conversationIds, nowMs: deps.clock() };
  switch (change.kind) {
    case 'arrange':
      return { conversations: await deps.bulk.arrange({ ...target, changes: change.changes }), generationIds: [] };
    case 'trash': {
      const conversations = await deps.bulk.trash(target);
      // Asked after the removal is committed, as for a single one.
      const ids = conversations.map(({ id }) => id);
      return { conversations, generationIds: await deps.generations.listUnfinishedOfMany(ids) };
    }
    case 'restore':
      return { conversations: await deps.bulk.restore(target), generationIds: [] };
    case 'purge':
      return { conversations: await deps.bulk.purge(target), generationIds: [] };
    default:
      return change satisfies never;
  }
}
