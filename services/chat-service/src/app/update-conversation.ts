import { AppError } from '@chatbot/errors';
import type { Conversation, ConversationChanges } from '../domain/conversation.ts';
import type { Clock, ConversationKey, ConversationStore } from './ports.ts';

export type UpdateConversationInput = ConversationKey & {
  /** The version that the caller last saw. */
  readonly version: number;
  readonly changes: ConversationChanges;
};

/**
 * Changes a conversation when nobody else did since. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED when a reader changes what is
 * everybody's, VALIDATION_FAILED for a folder that is not there, or VERSION_CONFLICT with the current version in its metadata.
 */
export async function updateConversation(
  deps: { readonly conversations: ConversationStore; readonly clock: Clock },
  input: UpdateConversationInput,
): Promise<Conversation> {
  const result = await deps.conversations.update({ ...input, nowMs: deps.clock() });
  switch (result.outcome) {
    case 'updated':
      return result.conversation;
    case 'conflict':
      throw new AppError('VERSION_CONFLICT', { metadata: { currentVersion: String(result.currentVersion) } });
    case 'unknown-folder': {
      const violation = { field: 'folderId', message: 'is not one of your folders' };
      throw new AppError('VALIDATION_FAILED', {
        detail: 'folderId: is not one of your folders',
        violations: [violation],
      });
    }
    case 'read-only':
      throw new AppError('PERMISSION_DENIED');
    case 'missing':
      throw new AppError('RESOURCE_NOT_FOUND');
    default:
      return result satisfies never;
  }
}
