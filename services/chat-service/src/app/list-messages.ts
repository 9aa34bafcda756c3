import { decodeMessageCursor, encodeMessageCursor } from '../domain/cursor.ts';
import type { Message } from '../domain/message.ts';
import { fitPage, type MessagePage } from '../domain/page.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, MessageStore } from './ports.ts';

export type ListMessagesInput = ConversationKey & {
  readonly limit: number;
  /** Empty asks for the newest page. */
  readonly cursor: string;
  /** Absent asks for the whole tree. */
  readonly leafId?: string | undefined;
};

/**
 * One page of a branch or of the whole tree, oldest first; the first page is the newest. A page of very long messages is shorter
 * than its limit. Throws RESOURCE_NOT_FOUND, or VALIDATION_FAILED for a cursor of another list.
 */
export async function listMessages(
  deps: { readonly messages: MessageStore },
  input: ListMessagesInput,
): Promise<MessagePage> {
  const { conversationId, userId, limit, cursor, leafId } = input;
  const list = { conversationId, leafId: leafId ?? '' };
  const fromId = cursor === '' ? undefined : decodeMessageCursor(cursor, list).id;
  // One more than asked for is where the next page begins.
  const key = { conversationId, userId, limit: limit + 1 };
  const found = orNotFound(
    leafId === undefined
      ? await deps.messages.listTree({ ...key, fromId })
      : await deps.messages.listBranch({ ...key, leafId: fromId ?? leafId }),
  );
  const page = fitPage<Message>(found.slice(0, limit), ({ content }) => content);
  const next = found[page.length];
  return {
    messages: page.toReversed(),
    nextCursor: next === undefined ? '' : encodeMessageCursor({ ...list, id: next.id }),
  };
}
