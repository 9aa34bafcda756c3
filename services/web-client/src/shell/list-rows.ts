import type { Conversation } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { groupByAge } from './group-by-age.ts';

/** One line of the list: a heading, or a conversation below it. */
export type ListRow =
  | { id: string; kind: 'heading'; text: string }
  | { id: string; kind: 'conversation'; conversation: Conversation };

/** The lines of the list: pinned ones first, then by age where the latest comes first, else as they come. */
export function listRowsOf(
  conversations: readonly Conversation[],
  { sort, now }: { sort: 'created' | 'title' | undefined; now: Date },
): ListRow[] {
  const { groups } = texts.sidebar;
  const pinned = conversations.filter((conversation) => conversation.pinned);
  const others = conversations.filter((conversation) => !conversation.pinned);
  const rest =
    sort === undefined
      ? groupByAge(others, now).flatMap(({ age, items }) => rowsUnder(groups[age], items))
      : rowsUnder(texts.library.sorts[sort], others);
  return [...rowsUnder(groups.pinned, pinned), ...rest];
}

function rowsUnder(text: string, items: readonly Conversation[]): ListRow[] {
  if (items.length === 0) return [];
  const rows = items.map((conversation) => ({ id: conversation.id, kind: 'conversation' as const, conversation }));
  return [{ id: `heading ${text}`, kind: 'heading', text }, ...rows];
}
