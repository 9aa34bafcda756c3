import type { Conversation } from '../domain/conversation.ts';
import { decodeConversationCursor, encodeConversationCursor } from '../domain/cursor.ts';
import { seenBy } from '../domain/member.ts';
import type { ConversationStore } from './ports.ts';

export type ListConversationsInput = {
  readonly userId: string;
  readonly archived: boolean;
  readonly limit: number;
  /** Empty asks for the first page. */
  readonly cursor: string;
};

export type ConversationPage = { readonly conversations: readonly Conversation[]; readonly nextCursor: string };

/** One page of a user's conversations. Throws VALIDATION_FAILED for a cursor that this list did not give out. */
export async function listConversations(
  deps: { readonly conversations: ConversationStore },
  { userId, archived, limit, cursor }: ListConversationsInput,
): Promise<ConversationPage> {
  const after = cursor === '' ? undefined : decodeConversationCursor(cursor, { archived });
  // One more than asked for tells whether there is another page.
  const found = await deps.conversations.list({ userId, archived, after, limit: limit + 1 });
  const conversations = found.slice(0, limit);
  const last = conversations.at(-1);
  const nextCursor = last === undefined || found.length <= limit ? '' : cursorAfter(last, userId);
  return { conversations, nextCursor };
}

function cursorAfter(conversation: Conversation, userId: string): string {
  const { pinned, archived } = seenBy(conversation, userId);
  const { id, lastMessageAt } = conversation;
  return encodeConversationCursor({ id, archived, pinned, lastMessageAtMs: lastMessageAt.getTime() });
}
