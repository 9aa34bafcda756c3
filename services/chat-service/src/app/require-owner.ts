import { AppError } from '@chatbot/errors';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';

/** What to throw when something that is the owner's alone was not found: PERMISSION_DENIED for a member, else RESOURCE_NOT_FOUND. */
export async function ownerRefusal(
  deps: { readonly conversations: ConversationStore },
  key: ConversationKey,
): Promise<AppError> {
  const conversation = orNotFound(await deps.conversations.get(key));
  if (conversation.userId === key.userId) return new AppError('RESOURCE_NOT_FOUND');
  return new AppError('PERMISSION_DENIED', { detail: 'Only the owner of the conversation may do this' });
}
