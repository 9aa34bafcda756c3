import { AppError } from '@chatbot/errors';
import type { Conversation } from '../domain/conversation.ts';
import { memberRefusal } from './member-refusal.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';
import type { Clock } from './ports/system.ts';

/**
 * Removes a member, or lets one leave. Idempotent for the owner. Returns the conversation as it is for those who stay. Throws
 * RESOURCE_NOT_FOUND, PERMISSION_DENIED for anybody but the owner and the member, VALIDATION_FAILED for the owner as the member.
 */
export async function removeMember(
  deps: { readonly members: MemberStore; readonly conversations: ConversationStore; readonly clock: Clock },
  input: ConversationKey & { readonly memberId: string },
): Promise<Conversation> {
  const { conversationId, userId, memberId } = input;
  const { userId: ownerId } = orNotFound(await deps.conversations.get(input));
  if (userId === ownerId && memberId === ownerId)
    throw new AppError('VALIDATION_FAILED', { detail: 'The owner cannot leave; delete the conversation instead' });
  const result = await deps.members.remove({ ...input, nowMs: deps.clock() });
  if (result !== 'removed') throw memberRefusal(result);
  return orNotFound(await deps.conversations.get({ conversationId, userId: ownerId }));
}
