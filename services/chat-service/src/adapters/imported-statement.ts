import type { NewConversation } from '../app/ports/archive-store.ts';
import { Prisma } from '../generated/prisma/client.ts';

/**
 * Stores a whole conversation in one statement: all of it or nothing. With a content hash it is stored once a user; no row when it was there
 * already.
 */
export function newConversationStatement(stored: NewConversation): Prisma.Sql {
  const { id, userId, conversation, messages, contentHash } = stored;
  const claim =
    contentHash === undefined
      ? Prisma.sql`claim AS (SELECT ${id}::uuid AS conversation_id)`
      : Prisma.sql`claim AS (
          INSERT INTO conversation_imports (user_id, content_hash, conversation_id)
          VALUES (${userId}::uuid, ${contentHash}, ${id}::uuid)
          ON CONFLICT (user_id, content_hash) DO NOTHING
          RETURNING conversation_id
        )`;
  return Prisma.sql`
    WITH ${claim},
    conversation AS (
      INSERT INTO conversations (id, user_id, title, title_source, persona, model, parameters, pinned, archived, active_leaf_id,
        created_at, updated_at, last_message_at, version)
      SELECT claim.conversation_id, ${userId}::uuid, ${conversation.title}, 'user', ${conversation.persona}, ${conversation.model},
        ${JSON.stringify(conversation.parameters)}::jsonb, ${conversation.pinned}, ${conversation.archived}, ${stored.activeLeafId}::uuid, ${time(conversation.createdAt)},
        ${new Date(stored.nowMs).toISOString()}::timestamptz, ${time(conversation.updatedAt)}, 1
      FROM claim
    ),
    -- Whoever brings it along knows it.
    reading AS (
      INSERT INTO conversation_reads (conversation_id, user_id, message_id, read_at)
      SELECT claim.conversation_id, ${userId}::uuid, m.id, ${new Date(stored.nowMs).toISOString()}::timestamptz
      FROM claim, jsonb_to_recordset(${JSON.stringify(messages)}::jsonb) AS m (id uuid)
      ORDER BY m.id DESC LIMIT 1
    ),
    message AS (
      INSERT INTO messages (id, conversation_id, user_id, parent_id, role, content, language, status, author_id, content_seq,
        model, usage, timings, created_at, updated_at, version)
      SELECT m.id, claim.conversation_id, ${userId}::uuid, m."parentId", m.role, m.content, m.language, m.status,
        CASE WHEN m.role = 'user' THEN ${userId}::uuid END, 0, m.model, m.usage, m.timings, m."createdAt",
        ${new Date(stored.nowMs).toISOString()}::timestamptz, 1
      FROM claim, jsonb_to_recordset(${JSON.stringify(messages)}::jsonb) AS m (id uuid, "parentId" uuid, role text,
        content text, language text, status text, model text, usage jsonb, timings jsonb, "createdAt" timestamptz)
    )
    SELECT conversation_id AS id FROM claim`;
}

/** The conversation that an earlier import made of the same content. */
export function importedStatement(key: { userId: string; contentHash: Uint8Array<ArrayBuffer> }): Prisma.Sql {
  return Prisma.sql`
    SELECT i.conversation_id AS id
    FROM conversation_imports i
    WHERE i.user_id = ${key.userId}::uuid AND i.content_hash = ${key.contentHash}`;
}

function time(value: Date): Prisma.Sql {
  return Prisma.sql`${value.toISOString()}::timestamptz`;
}
