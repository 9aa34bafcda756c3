import type { Conversation } from '../domain/conversation.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { MemberStore } from './ports/member-store.ts';

/** Who takes part, and who wrote messages that are still there and is a member no longer. Throws RESOURCE_NOT_FOUND. */
export async function listMembers(
  deps: { readonly conversations: ConversationStore; readonly members: MemberStore },
  key: ConversationKey,
): Promise<{ readonly conversation: Conversation; readonly formerAuthorIds: readonly string[] }> {
  const conversation = orNotFound(await deps.conversations.get(key));
  return { conversation, formerAuthorIds: await deps.members.listFormerAuthors(key) };
}
