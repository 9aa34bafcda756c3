import { AppError } from '@chatbot/errors';
import type { Invite } from '../domain/member.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';
import type { Clock } from './ports/system.ts';

/** The links of a conversation that have not expired; only for the owner. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED. */
export async function listInvites(
  deps: { readonly members: MemberStore; readonly conversations: ConversationStore; readonly clock: Clock },
  key: ConversationKey,
): Promise<readonly Invite[]> {
  const invites = await deps.members.listInvites({ ...key, nowMs: deps.clock() });
  if (invites !== undefined) return invites;
  orNotFound(await deps.conversations.get(key));
  throw new AppError('PERMISSION_DENIED', { detail: 'Only the owner of the conversation may do this' });
}
