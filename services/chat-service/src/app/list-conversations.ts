import type { Conversation, ListedConversation } from '../domain/conversation.ts';
import { type ConversationFilter, decodeConversationCursor, encodeConversationCursor } from '../domain/cursor.ts';
import { seenBy } from '../domain/member.ts';
import type { ConversationStore } from './ports/conversation-store.ts';

export type ListConversationsInput = {
  readonly userId: string;
  readonly filter: ConversationFilter;
  readonly limit: number;
  /** Empty asks for the first page. */
  readonly cursor: string;
};

export type ConversationPage<Item extends Conversation = ListedConversation> = {
  readonly conversations: readonly Item[];
  readonly nextCursor: string;
};

/** One page of a user's conversations. Throws VALIDATION_FAILED for a cursor that this list did not give out. */
export async function listConversations(
  deps: { readonly conversations: ConversationStore },
  { userId, filter, limit, cursor }: ListConversationsInput,
): Promise<ConversationPage> {
  const after = cursor === '' ? undefined : decodeConversationCursor(cursor, filter);
  // One more than asked for tells whether there is another page.
  const found = await deps.conversations.list({ userId, filter, after, limit: limit + 1 });
  const conversations = found.slice(0, limit);
  const last = conversations.at(-1);
  const nextCursor = last === undefined || found.length <= limit ? '' : cursorAfter(last, { userId, filter });
  return { conversations, nextCursor };
}

function cursorAfter(last: Conversation, { userId, filter }: { userId: string; filter: ConversationFilter }): string {
  const { pinned } = seenBy(last, userId);
  return encodeConversationCursor({ pinned, key: keyOf(last, filter), id: last.id }, filter);
}

/** What the list is ordered by. */
function keyOf({ lastMessageAt, createdAt, title }: Conversation, { sort }: ConversationFilter): number | string {
  switch (sort) {
    case 'recent':
      return lastMessageAt.getTime();
    case 'created':
      return createdAt.getTime();
    case 'title':
      return title;
    default:
      return sort satisfies never;
  }
}
