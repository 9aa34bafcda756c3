import type { Invite, MemberRole } from '../domain/member.ts';
import { newSecretToken, secretTokenHash } from '../domain/secret-token.ts';
import { memberRefusal } from './member-refusal.ts';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';
import type { Clock, NewId } from './ports/system.ts';

export type CreateInviteInput = ConversationKey & { readonly role: MemberRole; readonly lifeMs: number };

/** Makes a link; only for the owner. Its token is returned this once. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED, VALIDATION_FAILED. */
export async function createInvite(
  deps: { readonly members: MemberStore; readonly newId: NewId; readonly clock: Clock },
  { conversationId, userId, role, lifeMs }: CreateInviteInput,
): Promise<{ readonly invite: Invite; readonly token: string }> {
  const token = newSecretToken();
  const nowMs = deps.clock();
  const times = { createdAt: new Date(nowMs), expiresAt: new Date(nowMs + lifeMs) };
  const invite: Invite = { id: deps.newId(), conversationId, role, ...times };
  const result = await deps.members.addInvite({ ...invite, userId, tokenHash: secretTokenHash(token) });
  if (result !== 'added') throw memberRefusal(result);
  return { invite, token };
}
