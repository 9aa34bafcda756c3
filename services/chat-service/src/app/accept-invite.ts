import type { Conversation } from '../domain/conversation.ts';
import { secretTokenHash } from '../domain/secret-token.ts';
import { memberRefusal } from './member-refusal.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationStore } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';
import type { Clock } from './ports/system.ts';

/**
 * Makes the user a member by a link. Idempotent; who is a writer already stays one. Throws RESOURCE_NOT_FOUND for a token that opens
 * nothing (any more), VALIDATION_FAILED when there is no room.
 */
export async function acceptInvite(
  deps: { readonly members: MemberStore; readonly conversations: ConversationStore; readonly clock: Clock },
  { token, userId }: { readonly token: string; readonly userId: string },
): Promise<Conversation> {
  const tokenHash = secretTokenHash(token);
  const conversationId = orNotFound(await deps.members.acceptInvite({ tokenHash, userId, nowMs: deps.clock() }));
  if (conversationId === 'full') throw memberRefusal('full');
  return orNotFound(await deps.conversations.get({ conversationId, userId }));
}
