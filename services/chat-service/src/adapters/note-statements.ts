import type { NewNote } from '../app/ports/note-store.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { writableBy } from './access.ts';
import { messagePostedEvent } from './outbox-events.ts';
import { conversationJson, messageJson } from './rows.ts';

/**
 * Stores a message that asks for no reply, all or nothing, where the conversation answers only messages that address the model. No row, and no
 * effect, when it was stored before, when another mode holds by now, or when something is in the way.
 */
export function noteStatement(note: NewNote): Prisma.Sql {
  const { userId, conversationId, parentId, messageId, content } = note;
  const now = Prisma.sql`${new Date(note.nowMs).toISOString()}::timestamptz`;
  return Prisma.sql`
    WITH locked AS (
      SELECT c.id, c.user_id, c.persona, coalesce(${parentId ?? null}::uuid, c.active_leaf_id) AS wanted_id
      FROM conversations c
      WHERE c.id = ${conversationId}::uuid AND c.reply_mode = 'mentioned' AND ${writableBy(userId)}
      FOR NO KEY UPDATE
    ),
    place AS (
      SELECT l.id, l.user_id, l.persona, above.id AS parent_id
      FROM locked l LEFT JOIN messages above ON above.id = l.wanted_id AND above.conversation_id = l.id
      WHERE (l.wanted_id IS NULL OR above.status NOT IN ('pending', 'streaming')) AND NOT EXISTS (
        SELECT FROM generations g WHERE g.user_id = ${userId}::uuid AND g.client_message_id = ${note.clientMessageId})
    ),
    note AS (
      INSERT INTO conversation_notes (user_id, client_message_id, request_hash, message_id)
      SELECT ${userId}::uuid, ${note.clientMessageId}, ${note.requestHash}, ${messageId}::uuid FROM place
      ON CONFLICT (user_id, client_message_id) DO NOTHING
      RETURNING message_id
    ),
    c AS (
      UPDATE conversations c
      SET active_leaf_id = ${messageId}::uuid,
        title = CASE WHEN c.title_source = 'default' AND c.active_leaf_id IS NULL THEN ${note.title} ELSE c.title END,
        last_message_at = greatest(c.last_message_at, ${now}), updated_at = greatest(c.updated_at, ${now}),
        version = c.version + 1
      FROM place p, note
      WHERE c.id = p.id
      RETURNING c.*
    ),
    m AS (
      INSERT INTO messages (id, conversation_id, user_id, parent_id, role, content, language, status, author_id, content_seq,
        model, created_at, updated_at, version)
      SELECT ${messageId}::uuid, p.id, p.user_id, p.parent_id, 'user', ${content}, ${note.language}, 'completed',
        ${userId}::uuid, 0, '', ${now}, ${now}, 1
      FROM place p, note
      RETURNING *
    ),
    event AS (
      INSERT INTO outbox (event)
      SELECT ${messagePostedEvent({ messageId, userId, nowMs: note.nowMs, persona: Prisma.sql`p.persona` })} FROM place p, note
    )
    SELECT ${conversationJson} AS conversation, ${messageJson} AS message FROM c, m`;
}

/** What an earlier call stored, as it is now, also when it is in the trash. */
export function storedNoteStatement(key: { userId: string; clientMessageId: string }): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation, ${messageJson} AS message, n.request_hash AS "requestHash",
      c.deleted_at IS NOT NULL AS "inTrash"
    FROM conversation_notes n JOIN messages m ON m.id = n.message_id JOIN conversations c ON c.id = m.conversation_id
    WHERE n.user_id = ${key.userId}::uuid AND n.client_message_id = ${key.clientMessageId}`;
}
