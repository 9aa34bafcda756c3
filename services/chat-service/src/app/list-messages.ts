import { decodeMessageCursor, encodeMessageCursor } from '../domain/cursor.ts';
import type { ListedMessage } from '../domain/message.ts';
import { fitPage, type MessagePage, pageBytesMax } from '../domain/page.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey } from './ports/conversation-store.ts';
import type { MessageStore } from './ports/message-store.ts';

export type ListMessagesInput = ConversationKey & {
  readonly limit: number;
  /** Empty asks for the newest page. */
  readonly cursor: string;
  /** Absent asks for the whole tree. */
  readonly leafId?: string | undefined;
  /** A message to show with its neighbours, on the branch on which it is read; no cursor and no leaf then. */
  readonly aroundId?: string | undefined;
};

type ListMessagesDeps = { readonly messages: MessageStore };

/**
 * One page of a branch or of the whole tree, oldest first; the first page is the newest, or the one around a message. A page of very
 * long messages is shorter than its limit. Throws RESOURCE_NOT_FOUND, or VALIDATION_FAILED for a cursor of another list.
 */
export async function listMessages(deps: ListMessagesDeps, input: ListMessagesInput): Promise<MessagePage> {
  const { conversationId, leafId = '', cursor, aroundId } = input;
  if (aroundId !== undefined) return listAround(deps, { ...input, aroundId });
  const place = cursor === '' ? undefined : decodeMessageCursor(cursor, { conversationId, leafId });
  return place?.direction === 'newer'
    ? listNewer(deps, { ...input, leafId, afterId: place.id })
    : listOlder(deps, { ...input, fromId: place?.id });
}

async function listOlder(
  { messages }: ListMessagesDeps,
  input: ListMessagesInput & { fromId: string | undefined },
): Promise<MessagePage> {
  const { limit, leafId, fromId } = input;
  // One more than asked for is where the next page begins.
  const key = { ...input, limit: limit + 1 };
  const found = orNotFound(
    leafId === undefined
      ? await messages.listTree({ ...key, fromId })
      : await messages.listBranch({ ...key, leafId: fromId ?? leafId }),
  );
  return pageOf({ ...input, leafId: leafId ?? '' }, { older: found, newer: [] });
}

async function listNewer(
  { messages }: ListMessagesDeps,
  input: ListMessagesInput & { leafId: string; afterId: string },
): Promise<MessagePage> {
  const { limit, afterId } = input;
  const newer = await messages.listBelow({ ...input, messageId: afterId, limit: limit + 1 });
  // The page before it in time begins with the message that it was asked for by.
  return { ...pageOf(input, { older: [], newer }), nextCursor: cursorTo(input, { direction: 'older', id: afterId }) };
}

/** The message, half a page above it and half a page below, in three statements whatever the size of the conversation. */
async function listAround(
  { messages }: ListMessagesDeps,
  input: ListMessagesInput & { aroundId: string },
): Promise<MessagePage> {
  const { aroundId, limit } = input;
  const half = Math.ceil(limit / 2);
  const key = { ...input, messageId: aroundId };
  const leafId = orNotFound(await messages.findLeaf(key));
  const [older, newer] = await Promise.all([
    messages.listBranch({ ...key, leafId: aroundId, limit: half + 1 }),
    messages.listBelow({ ...key, leafId, limit: half + 1 }),
  ]);
  return pageOf({ ...input, leafId, limit: half }, { older: orNotFound(older), newer });
}

/** `older` is newest first and `newer` oldest first; of each one more than the limit, when there is more. */
function pageOf(
  { conversationId, leafId, limit }: { conversationId: string; leafId: string; limit: number },
  found: { older: readonly ListedMessage[]; newer: readonly ListedMessage[] },
): MessagePage {
  const bytesMax = found.newer.length === 0 || found.older.length === 0 ? pageBytesMax : pageBytesMax / 2;
  const fit = (messages: readonly ListedMessage[]) =>
    fitPage(messages.slice(0, limit), { textOf: ({ content }) => content, bytesMax });
  const older = fit(found.older);
  const newer = fit(found.newer);
  const next = found.older[older.length];
  const lastNewer = found.newer[newer.length] === undefined ? undefined : newer.at(-1);
  const branch = { conversationId, leafId };
  return {
    messages: [...older.toReversed(), ...newer],
    leafId,
    nextCursor: next === undefined ? '' : cursorTo(branch, { direction: 'older', id: next.id }),
    previousCursor: lastNewer === undefined ? '' : cursorTo(branch, { direction: 'newer', id: lastNewer.id }),
  };
}

function cursorTo(
  { conversationId, leafId }: { conversationId: string; leafId: string },
  place: { direction: 'older' | 'newer'; id: string },
): string {
  return encodeMessageCursor({ conversationId, leafId, ...place });
}
