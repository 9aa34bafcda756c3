import type { ConversationKey, ConversationQuery, ConversationUpdate, GeneratedTitle } from '../app/ports.ts';
import type { ConversationChanges } from '../domain/conversation.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy, writableBy } from './access.ts';
import { conversationJson } from './rows.ts';

export function conversationStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}`;
}

/**
 * One page of a user's conversations. Their own come from one range of an index. What they were invited to is ordered by what only their
 * membership says, so all of it is looked at; it is little beside what people own.
 */
export function listStatement({ userId, archived, after, limit }: ConversationQuery): Prisma.Sql {
  const range = (pinned: Prisma.Sql) =>
    after === undefined
      ? Prisma.empty
      : Prisma.sql`AND (${pinned}, c.last_message_at, c.id)
          < (${after.pinned}, ${new Date(after.lastMessageAtMs).toISOString()}::timestamptz, ${after.id}::uuid)`;
  const own = Prisma.sql`
    SELECT c.id, c.pinned, c.last_message_at
    FROM conversations c
    WHERE c.user_id = ${userId}::uuid AND c.archived = ${archived} AND c.deleted_at IS NULL ${range(Prisma.sql`c.pinned`)}
    ORDER BY c.pinned DESC, c.last_message_at DESC, c.id DESC
    LIMIT ${limit}::int`;
  const invited = Prisma.sql`
    SELECT c.id, cm.pinned, c.last_message_at
    FROM conversation_members cm JOIN conversations c ON c.id = cm.conversation_id
    WHERE cm.user_id = ${userId}::uuid AND cm.archived = ${archived} AND c.deleted_at IS NULL ${range(Prisma.sql`cm.pinned`)}
    ORDER BY cm.pinned DESC, c.last_message_at DESC, c.id DESC
    LIMIT ${limit}::int`;
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM ((${own}) UNION ALL (${invited})) listed JOIN conversations c ON c.id = listed.id
    ORDER BY listed.pinned DESC, listed.last_message_at DESC, listed.id DESC
    LIMIT ${limit}::int`;
}

/**
 * Changes a conversation at a version, all or nothing. It locks the row first, so that what it decides on is the latest. One row as soon as
 * the user may read it; `conversation` is null when nothing was changed. What a member keeps for themselves is stored beside it, and
 * `conversation` does not show that yet.
 */
export function updateStatement({ conversationId, userId, version, changes, nowMs }: ConversationUpdate): Prisma.Sql {
  const title = text(changes.title);
  const pinned = flag(changes.pinned);
  const archived = flag(changes.archived);
  return Prisma.sql`
    WITH seen AS (
      SELECT c.id, c.version, c.user_id = ${userId}::uuid AS own, ${writableBy(userId)} AS writable
      FROM conversations c
      WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
      FOR NO KEY UPDATE
    ),
    allowed AS (
      SELECT s.* FROM seen s WHERE s.version = ${version}::int AND (s.writable OR ${isPersonal(changes)}::boolean)
    ),
    personal AS (
      UPDATE conversation_members cm
      SET pinned = coalesce(${pinned}, cm.pinned), archived = coalesce(${archived}, cm.archived)
      FROM allowed a
      WHERE cm.conversation_id = a.id AND cm.user_id = ${userId}::uuid
    ),
    changed AS (
      UPDATE conversations c
      SET title = coalesce(${title}, c.title), title_source = CASE WHEN ${title} IS NULL THEN c.title_source ELSE 'user' END,
        persona = coalesce(${text(changes.persona)}, c.persona), model = coalesce(${text(changes.model)}, c.model),
        pinned = CASE WHEN a.own THEN coalesce(${pinned}, c.pinned) ELSE c.pinned END,
        archived = CASE WHEN a.own THEN coalesce(${archived}, c.archived) ELSE c.archived END,
        updated_at = greatest(c.updated_at, ${time(nowMs)}), version = c.version + 1
      FROM allowed a
      WHERE c.id = a.id
      RETURNING c.*
    )
    SELECT s.version, s.writable, CASE WHEN c.id IS NOT NULL THEN ${conversationJson} END AS conversation
    FROM seen s LEFT JOIN changed c ON true`;
}

/** Whether a change concerns nobody but the person who makes it. */
export function isPersonal({ title, persona, model }: ConversationChanges): boolean {
  return title === undefined && persona === undefined && model === undefined;
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

function flag(value: boolean | undefined): Prisma.Sql {
  return Prisma.sql`${value ?? null}::boolean`;
}

function time(ms: number): Prisma.Sql {
  return Prisma.sql`${new Date(ms).toISOString()}::timestamptz`;
}
