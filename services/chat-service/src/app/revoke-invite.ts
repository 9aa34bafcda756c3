import { memberRefusal } from './member-refusal.ts';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';

/** Makes a link worthless; idempotent, only for the owner. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED. */
export async function revokeInvite(
  deps: { readonly members: MemberStore },
  key: ConversationKey & { readonly inviteId: string },
): Promise<void> {
  const result = await deps.members.removeInvite(key);
  if (result !== 'removed') throw memberRefusal(result);
}
