import type {
  ConversationKey,
  ConversationQuery,
  ConversationUpdate,
  GeneratedTitle,
} from '../app/ports/conversation-store.ts';
import type { ConversationChanges } from '../domain/conversation.ts';
import type { ConversationPlace, ConversationSort } from '../domain/cursor.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy, writableBy } from './access.ts';
import { chosenOver, folderExists, leafExists, personalAssignments } from './personal-changes.ts';
import { conversationJson, generatingNow } from './rows.ts';
import { readingPart, unreadBy } from './unread.ts';

export function conversationStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}`;
}

/**
 * One page of a user's conversations. Their own come, latest first, from one range of an index. What they were invited to is ordered by
 * what only their membership says, so all of it is looked at; it is little beside what people own. So is all that a person owns, in
 * another order, by a folder or a tag, or for what is unread.
 */
export function listStatement(query: ConversationQuery): Prisma.Sql {
  const { userId, limit } = query;
  const order = orders[query.filter.sort];
  const page = (personal: Prisma.Sql) => Prisma.sql`${narrowed(query, personal)}
    ORDER BY ${personal}.pinned DESC, ${order.by(Prisma.sql`c`)} LIMIT ${limit}::int`;
  const own = Prisma.sql`
    SELECT c.id, c.pinned, ${order.key} AS key
    FROM conversations c
    WHERE c.user_id = ${userId}::uuid AND c.deleted_at IS NULL ${page(Prisma.sql`c`)}`;
  const invited = Prisma.sql`
    SELECT c.id, cm.pinned, ${order.key} AS key
    FROM conversation_members cm JOIN conversations c ON c.id = cm.conversation_id
    WHERE cm.user_id = ${userId}::uuid AND c.deleted_at IS NULL ${page(Prisma.sql`cm`)}`;
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation, ${unreadBy(userId)} AS unread, ${generatingNow} AS generating
    FROM ((${own}) UNION ALL (${invited})) listed JOIN conversations c ON c.id = listed.id
    ORDER BY listed.pinned DESC, ${order.by(Prisma.sql`c`)}
    LIMIT ${limit}::int`;
}

type Order = {
  readonly key: Prisma.Sql;
  /** By key, then by id. */
  readonly by: (alias: Prisma.Sql) => Prisma.Sql;
  readonly descending: boolean;
};

const orders: Readonly<Record<ConversationSort, Order>> = {
  recent: descending('last_message_at'),
  created: descending('created_at'),
  title: {
    key: Prisma.sql`lower(c.title)`,
    by: (alias) => Prisma.sql`lower(${alias}.title), ${alias}.id`,
    descending: false,
  },
};

function descending(column: 'last_message_at' | 'created_at'): Order {
  const name = Prisma.raw(column);
  return {
    key: Prisma.sql`c.${name}`,
    by: (alias) => Prisma.sql`${alias}.${name} DESC, ${alias}.id DESC`,
    descending: true,
  };
}

/** `personal` is the alias of what the person keeps for themselves. */
function narrowed({ userId, filter, after }: ConversationQuery, personal: Prisma.Sql): Prisma.Sql {
  const { archived, pinned, folderId, tag, unread } = filter;
  return Prisma.sql`AND ${personal}.archived = ${archived}
    ${pinned === undefined ? Prisma.empty : Prisma.sql`AND ${personal}.pinned = ${pinned}`}
    ${folderId === undefined ? Prisma.empty : Prisma.sql`AND ${personal}.folder_id = ${folderId}::uuid`}
    ${tag === undefined ? Prisma.empty : Prisma.sql`AND ${tag} = ANY(${personal}.tags)`}
    ${unread === undefined ? Prisma.empty : Prisma.sql`AND ${unreadBy(userId)} = ${unread}`}
    ${after === undefined ? Prisma.empty : Prisma.sql`AND ${beyond(after, { personal, order: orders[filter.sort] })}`}`;
}

function beyond(place: ConversationPlace, { personal, order }: { personal: Prisma.Sql; order: Order }): Prisma.Sql {
  const key =
    typeof place.key === 'string'
      ? Prisma.sql`lower(${place.key}::text)`
      : Prisma.sql`${new Date(place.key).toISOString()}::timestamptz`;
  if (order.descending) {
    return Prisma.sql`(${personal}.pinned, ${order.key}, c.id) < (${place.pinned}, ${key}, ${place.id}::uuid)`;
  }
  return Prisma.sql`(${personal}.pinned < ${place.pinned}
    OR (${personal}.pinned = ${place.pinned} AND (${order.key}, c.id) > (${key}, ${place.id}::uuid)))`;
}

/**
 * Changes a conversation at a version, all or nothing. It locks the row first, so that what it decides on is the latest. One row as soon as
 * the user may read it; `conversation` is null when nothing was changed. What a member keeps for themselves is stored beside it, and
 * `conversation` does not show that yet.
 */
export function updateStatement({ conversationId, userId, version, changes, nowMs }: ConversationUpdate): Prisma.Sql {
  const title = text(changes.title);
  const assign = personalAssignments(changes);
  return Prisma.sql`
    WITH seen AS (
      SELECT c.id, c.version, c.user_id = ${userId}::uuid AS own, ${writableBy(userId)} AS writable,
        ${folderExists({ userId, changes })} AS folder_known, ${leafExists(changes)} AS leaf_known
      FROM conversations c
      WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
      FOR NO KEY UPDATE
    ),
    allowed AS (
      SELECT s.* FROM seen s
      WHERE s.version = ${version}::int AND s.folder_known AND s.leaf_known AND (s.writable OR ${isPersonal(changes)}::boolean)
    ),
    personal AS (
      UPDATE conversation_members cm SET ${assign(Prisma.sql`cm`, Prisma.sql`true`)}, ${chosenOver(changes)}
      FROM allowed a
      WHERE cm.conversation_id = a.id AND cm.user_id = ${userId}::uuid
    ),
    ${readingPart(changes, { of: Prisma.sql`allowed`, userId, nowMs })}
    changed AS (
      UPDATE conversations c
      SET title = coalesce(${title}, c.title), title_source = CASE WHEN ${title} IS NULL THEN c.title_source ELSE 'user' END,
        persona = coalesce(${text(changes.persona)}, c.persona), model = coalesce(${text(changes.model)}, c.model),
        reply_mode = coalesce(${text(changes.replyMode)}, c.reply_mode),
        parameters = coalesce(${text(changes.parameters && JSON.stringify(changes.parameters))}::jsonb, c.parameters),
        ${assign(Prisma.sql`c`, Prisma.sql`a.own`)},
        updated_at = greatest(c.updated_at, ${time(nowMs)}), version = c.version + 1
      FROM allowed a
      WHERE c.id = a.id
      RETURNING c.*
    )
    SELECT s.version, s.writable, s.folder_known AS "folderKnown", s.leaf_known AS "leafKnown", CASE WHEN c.id IS NOT NULL THEN ${conversationJson} END AS conversation
    FROM seen s LEFT JOIN changed c ON true`;
}

/** Whether a change concerns nobody but the person who makes it. */
export function isPersonal({ title, persona, model, replyMode, parameters }: ConversationChanges): boolean {
  return [title, persona, model, replyMode, parameters].every((value) => value === undefined);
}

/** Moves it to the trash; no row unless the user owns it and it is not there yet. */
export function removeStatement({ conversationId, userId, nowMs }: ConversationKey & { nowMs: number }): Prisma.Sql {
  return Prisma.sql`
    WITH c AS (
      UPDATE conversations c
      SET deleted_at = ${time(nowMs)}, updated_at = greatest(c.updated_at, ${time(nowMs)}), version = c.version + 1
      WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
      RETURNING c.*
    )
    SELECT ${conversationJson} AS conversation FROM c`;
}

/** A conversation that the user owns, wherever it is, or is a member of; and which of both. */
export function heldStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation, c.user_id = ${userId}::uuid AS own
    FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND (c.user_id = ${userId}::uuid OR ${readableBy(userId)})`;
}

/** Stores a title while the present one is a default; no row otherwise. */
export function titleStatement({ conversationId, title, nowMs }: GeneratedTitle): Prisma.Sql {
  return Prisma.sql`
    WITH c AS (
      UPDATE conversations c
      SET title = ${title}, title_source = 'model', updated_at = greatest(c.updated_at, ${time(nowMs)}), version = c.version + 1
      WHERE c.id = ${conversationId}::uuid AND c.deleted_at IS NULL AND c.title_source = 'default'
      RETURNING c.*
    )
    SELECT ${conversationJson} AS conversation FROM c`;
}

/** A conversation for any user, unless it is in the trash. */
export function anyConversationStatement(conversationId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND c.deleted_at IS NULL`;
}

function text(value: string | undefined): Prisma.Sql {
  return Prisma.sql`${value ?? null}::text`;
}

function time(ms: number): Prisma.Sql {
  return Prisma.sql`${new Date(ms).toISOString()}::timestamptz`;
}
