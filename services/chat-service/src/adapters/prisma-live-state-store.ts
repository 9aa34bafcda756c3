import { z } from 'zod';
import type { ConversationKey } from '../app/ports/conversation-store.ts';
import type { LiveStateStore } from '../app/ports/live-state-store.ts';
import type { ReadMark } from '../domain/live-state.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy, writableBy } from './access.ts';
import type { Database } from './database.ts';
import { draftJson, draftRow, readMarkJson, readMarkRow } from './rows.ts';
import { unreadBeyondMark } from './unread.ts';

/** Read marks and drafts in Postgres. */
export function createPrismaLiveStateStore(database: Database): LiveStateStore {
  return {
    async setReadMark(mark) {
      const [row] = await database.query(setReadMarkRow, setReadMarkStatement(mark));
      return row;
    },
    async setDraft(draft) {
      const [row] = await database.query(setDraftRow, setDraftStatement(draft));
      if (row === undefined) return 'missing';
      if (!row.writable) return 'read-only';
      if (row.draft !== null) return { stored: true, draft: row.draft };
      const [current] = await database.query(z.object({ draft: draftRow }), draftStatement(draft));
      return current === undefined ? { stored: false, draft: undefined } : { stored: false, draft: current.draft };
    },
    async get(key) {
      const [row] = await database.query(stateRow, stateStatement(key));
      return row === undefined ? undefined : { readMarks: row.readMarks, draft: row.draft ?? undefined };
    },
  };
}

const setReadMarkRow = z.object({ mark: readMarkRow, unread: z.boolean() });
const setDraftRow = z.object({ writable: z.boolean(), draft: draftRow.nullable() });
const stateRow = z.object({ readMarks: z.array(readMarkRow), draft: draftRow.nullable() });

/**
 * No row unless the message is one of a conversation that the user may read. A mark that is further on stays, and is written again: a row that
 * another statement has made meanwhile is in no snapshot of this one, and only its update can return it.
 */
function setReadMarkStatement({ conversationId, userId, messageId, readAt }: ReadMark): Prisma.Sql {
  return Prisma.sql`
    WITH moved AS (
      INSERT INTO conversation_reads AS r (conversation_id, user_id, message_id, read_at)
      SELECT c.id, ${userId}::uuid, ${messageId}::uuid, ${readAt.toISOString()}::timestamptz
      FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.id = ${messageId}::uuid
      WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
      ON CONFLICT (conversation_id, user_id) DO UPDATE SET message_id = greatest(r.message_id, excluded.message_id),
        read_at = CASE WHEN r.message_id < excluded.message_id OR r.marked_unread THEN excluded.read_at ELSE r.read_at END,
        marked_unread = false
      RETURNING r.*
    )
    SELECT ${readMarkJson} AS mark, ${unreadBeyondMark(userId)} AS unread
    FROM moved r JOIN conversations c ON c.id = r.conversation_id`;
}

/** One row when the user may read the conversation; `draft` is null when the version is not the current one. */
function setDraftStatement(draft: ConversationKey & { text: string; version: number; nowMs: number }): Prisma.Sql {
  const { conversationId, userId, text, version, nowMs } = draft;
  const now = Prisma.sql`${new Date(nowMs).toISOString()}::timestamptz`;
  return Prisma.sql`
    WITH target AS (
      SELECT c.id, ${writableBy(userId)} AS writable
      FROM conversations c
      WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
    ),
    begun AS (
      INSERT INTO conversation_drafts AS d (conversation_id, user_id, text, version, updated_at)
      SELECT t.id, ${userId}::uuid, ${text}, 1, ${now} FROM target t WHERE t.writable AND ${version}::int = 0
      ON CONFLICT (conversation_id, user_id) DO NOTHING
      RETURNING d.*
    ),
    changed AS (
      UPDATE conversation_drafts d SET text = ${text}, version = d.version + 1, updated_at = ${now}
      FROM target t
      WHERE t.writable AND d.conversation_id = t.id AND d.user_id = ${userId}::uuid AND d.version = ${version}::int
      RETURNING d.*
    )
    SELECT t.writable, CASE WHEN d.version IS NOT NULL THEN ${draftJson} END AS draft
    FROM target t LEFT JOIN (SELECT * FROM begun UNION ALL SELECT * FROM changed) d ON true`;
}

function draftStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    SELECT ${draftJson} AS draft
    FROM conversation_drafts d
    WHERE d.conversation_id = ${conversationId}::uuid AND d.user_id = ${userId}::uuid`;
}

/** How far everybody has read, and what the user has begun to write. */
function stateStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    SELECT
      (SELECT coalesce(json_agg(${readMarkJson}), '[]') FROM conversation_reads r WHERE r.conversation_id = c.id) AS "readMarks",
      (SELECT ${draftJson} FROM conversation_drafts d
        WHERE d.conversation_id = c.id AND d.user_id = ${userId}::uuid) AS draft
    FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}`;
}
