import type { Conversation } from '../domain/conversation.ts';
import { decodeTrashCursor, encodeTrashCursor } from '../domain/cursor.ts';
import type { ConversationPage } from './list-conversations.ts';
import type { TrashStore } from './ports/trash-store.ts';

export type ListTrashInput = {
  readonly userId: string;
  readonly limit: number;
  /** Empty asks for the first page. */
  readonly cursor: string;
};

/** One page of what a user moved to the trash. Throws VALIDATION_FAILED for a cursor that this list did not give out. */
export async function listTrash(
  deps: { readonly trash: TrashStore },
  { userId, limit, cursor }: ListTrashInput,
): Promise<ConversationPage<Conversation>> {
  const after = cursor === '' ? undefined : decodeTrashCursor(cursor);
  const found = await deps.trash.list({ userId, after, limit: limit + 1 });
  const conversations = found.slice(0, limit);
  const last = conversations.at(-1);
  if (last?.deletedAt == null || found.length <= limit) return { conversations, nextCursor: '' };
  return { conversations, nextCursor: encodeTrashCursor({ deletedAtMs: last.deletedAt.getTime(), id: last.id }) };
}
