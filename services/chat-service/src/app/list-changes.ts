import { decodeChangeCursor, encodeChangeCursor } from '../domain/change-cursor.ts';
import type { Changes } from '../domain/live-state.ts';
import { fitPage } from '../domain/page.ts';
import { orNotFound } from './not-found.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import type { ConversationStore } from './ports/conversation-store.ts';
import type { Clock } from './ports/system.ts';

export type ListChangesInput = {
  readonly userId: string;
  /** Where the last answer ended; empty asks for a place to begin. */
  readonly cursor: string;
  /** Also asks for the changed messages of one conversation. */
  readonly conversationId?: string | undefined;
};

export type ListChangesResult = {
  /** Absent when the client has to read everything again: too long away, or too much has changed. */
  readonly changes: Changes | undefined;
  readonly cursor: string;
};

/** Of each kind; with more, reading everything again is no dearer. */
const changeCountMax = 200;
/** Conversations stay in the trash, and their removal is known, for 30 days. */
const ageMaxMs = 29 * 24 * 3_600_000;

/**
 * What has changed for somebody since the cursor. A change may be told twice and is never left out: the times of rows are those of the
 * processes that wrote them, so the answer goes back by `changeMarginMs`, more than a statement may take and clocks may differ.
 * Throws VALIDATION_FAILED for a cursor that was made up, RESOURCE_NOT_FOUND for a conversation that the user may not read.
 */
export async function listChanges(
  deps: {
    readonly changes: ChangeFeed;
    readonly conversations: ConversationStore;
    readonly clock: Clock;
    readonly changeMarginMs: number;
  },
  { userId, cursor, conversationId }: ListChangesInput,
): Promise<ListChangesResult> {
  if (conversationId !== undefined) orNotFound(await deps.conversations.get({ conversationId, userId }));
  const nowMs = deps.clock();
  const nextCursor = encodeChangeCursor(nowMs);
  const readAtMs = cursor === '' ? Number.NEGATIVE_INFINITY : decodeChangeCursor(cursor);
  if (readAtMs < nowMs - ageMaxMs) return { changes: undefined, cursor: nextCursor };
  const sinceMs = readAtMs - deps.changeMarginMs;
  // One more than the bound tells that there are more.
  const found = await deps.changes.list({ userId, sinceMs, conversationId, limit: changeCountMax + 1 });
  const isBounded =
    [found.conversations, found.removedIds, found.readMarks, found.drafts, found.messages].every(
      ({ length }) => length <= changeCountMax,
    ) && fitsPage(found);
  return { changes: isBounded ? found : undefined, cursor: nextCursor };
}

function fitsPage({ messages, drafts }: Changes): boolean {
  const texts = [...messages.map(({ content }) => content), ...drafts.map(({ text }) => text)];
  return fitPage(texts, { textOf: (text) => text }).length === texts.length;
}
