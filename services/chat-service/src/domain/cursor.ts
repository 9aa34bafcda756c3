import { AppError } from '@chatbot/errors';
import { z } from 'zod';

export const conversationSorts = ['recent', 'created', 'title'] as const;
export type ConversationSort = (typeof conversationSorts)[number];

/** Which of a person's conversations, in which order: by the latest message, by age (the youngest first), or by title. */
export type ConversationFilter = {
  readonly archived: boolean;
  readonly pinned?: boolean | undefined;
  readonly folderId?: string | undefined;
  readonly tag?: string | undefined;
  readonly unread?: boolean | undefined;
  readonly sort: ConversationSort;
};

/** The place after which a page of conversations begins; it belongs to lists with the same filter. */
export type ConversationPlace = {
  readonly pinned: boolean;
  /** What the list is ordered by: a time, in milliseconds, or a title. */
  readonly key: number | string;
  readonly id: string;
};

/** The place after which a page of the trash begins. */
export type TrashPlace = { readonly deletedAtMs: number; readonly id: string };

/** Where the next page begins; it belongs to one list alone. */
export type MessagePlace = {
  readonly conversationId: string;
  /** The branch, or empty for the whole tree. */
  readonly leafId: string;
  /** `older` begins with the message, `newer` after it. */
  readonly direction: 'older' | 'newer';
  readonly id: string;
};

/** The last hit of a page of a search; it belongs to one search alone. */
export type SearchPlace = {
  /** Of what was looked for and of the filter. */
  readonly searchHash: string;
  /** What the search went on with when nothing was found as typed; empty otherwise. */
  readonly corrected: string;
  readonly score: number;
  readonly id: string;
};

const version = 1;
// The range of a JavaScript date.
const dateMs = z.int().min(-8.64e15).max(8.64e15);

const conversationCursor = z.strictObject({
  v: z.literal(version),
  list: z.literal('conversations'),
  filter: z.string(),
  pinned: z.boolean(),
  key: z.union([dateMs, z.string()]),
  id: z.uuid(),
});

const trashCursor = z.strictObject({
  v: z.literal(version),
  list: z.literal('trash'),
  deletedAtMs: dateMs,
  id: z.uuid(),
});

const messageCursor = z.strictObject({
  v: z.literal(version),
  list: z.literal('messages'),
  conversationId: z.uuid(),
  leafId: z.union([z.uuid(), z.literal('')]),
  direction: z.enum(['older', 'newer']),
  id: z.uuid(),
});

const searchCursor = z.strictObject({
  v: z.literal(version),
  list: z.literal('search'),
  searchHash: z.string(),
  corrected: z.string().max(500),
  score: z.number(),
  id: z.uuid(),
});

/** An opaque text for clients to send back. */
export function encodeConversationCursor(place: ConversationPlace, filter: ConversationFilter): string {
  return encode({ v: version, list: 'conversations', filter: canonical(filter), ...place });
}

/** An opaque text for clients to send back. */
export function encodeMessageCursor(place: MessagePlace): string {
  return encode({ v: version, list: 'messages', ...place });
}

/** An opaque text for clients to send back. */
export function encodeTrashCursor(place: TrashPlace): string {
  return encode({ v: version, list: 'trash', ...place });
}

/** Throws VALIDATION_FAILED unless the cursor was made for the trash. */
export function decodeTrashCursor(cursor: string): TrashPlace {
  const place = trashCursor.safeParse(decode(cursor)).data;
  if (place === undefined) throw cursorError();
  return place;
}

/** An opaque text for clients to send back. */
export function encodeSearchCursor(place: SearchPlace): string {
  return encode({ v: version, list: 'search', ...place });
}

/** Throws VALIDATION_FAILED unless the cursor was made for the same search. */
export function decodeSearchCursor(cursor: string, filter: { searchHash: string }): SearchPlace {
  const place = searchCursor.safeParse(decode(cursor)).data;
  if (place?.searchHash !== filter.searchHash) throw cursorError();
  return place;
}

/** Throws VALIDATION_FAILED unless the cursor was made for a list of conversations with the same filter. */
export function decodeConversationCursor(cursor: string, filter: ConversationFilter): ConversationPlace {
  const place = conversationCursor.safeParse(decode(cursor)).data;
  const isTitle = typeof place?.key === 'string';
  if (place?.filter !== canonical(filter) || isTitle !== (filter.sort === 'title')) throw cursorError();
  return place;
}

/** Throws VALIDATION_FAILED unless the cursor was made for the same list of messages. */
export function decodeMessageCursor(cursor: string, filter: { conversationId: string; leafId: string }): MessagePlace {
  const place = messageCursor.safeParse(decode(cursor)).data;
  if (place?.conversationId !== filter.conversationId || place.leafId !== filter.leafId) throw cursorError();
  return place;
}

function canonical({ archived, pinned, folderId, tag, unread, sort }: ConversationFilter): string {
  return JSON.stringify([archived, pinned, folderId, tag, sort, unread]);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function cursorError(): AppError {
  return new AppError('VALIDATION_FAILED', {
    detail: 'cursor: is not one that this list gave out',
    violations: [{ field: 'cursor', message: 'is not one that this list gave out' }],
  });
}
