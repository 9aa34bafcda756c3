import { AppError } from '@chatbot/errors';
import type { Conversation, ConversationChanges } from '../domain/conversation.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { Clock } from './ports/system.ts';

export type UpdateConversationInput = ConversationKey & {
  /** The version that the caller last saw. */
  readonly version: number;
  readonly changes: ConversationChanges;
};

/**
 * Changes a conversation when nobody else did since. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED when a reader changes what is
 * everybody's, VALIDATION_FAILED for a folder or a message that is not there, or VERSION_CONFLICT with the current version in its metadata.
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
    case 'unknown': {
      const violation = { field: result.field, message: 'names nothing that is there' };
      const detail = `${violation.field}: ${violation.message}`;
      throw new AppError('VALIDATION_FAILED', { detail, violations: [violation] });
    }
    case 'read-only':
      throw new AppError('PERMISSION_DENIED');
    case 'missing':
      throw new AppError('RESOURCE_NOT_FOUND');
    default:
      return result satisfies never;
  }
}
