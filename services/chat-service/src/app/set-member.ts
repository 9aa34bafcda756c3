import { AppError } from '@chatbot/errors';
import type { Conversation } from '../domain/conversation.ts';
import type { MemberRole } from '../domain/member.ts';
import { memberRefusal } from './member-refusal.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';
import type { Clock } from './ports/system.ts';

export type SetMemberInput = ConversationKey & { readonly memberId: string; readonly role: MemberRole };

/**
 * Makes somebody a member, or gives a member another role; only for the owner. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED, or
 * VALIDATION_FAILED for the owner as a member or when there are too many.
 */
export async function setMember(
  deps: { readonly members: MemberStore; readonly conversations: ConversationStore; readonly clock: Clock },
  input: SetMemberInput,
): Promise<Conversation> {
  const result = await deps.members.set({ ...input, nowMs: deps.clock() });
  if (result === 'full' && input.memberId === input.userId)
    throw new AppError('VALIDATION_FAILED', { detail: 'The owner is a member already' });
  if (result !== 'set') throw memberRefusal(result);
  return orNotFound(await deps.conversations.get(input));
}
