import { z } from 'zod';
import type { ConversationKey } from '../app/ports/conversation-store.ts';
import type { NewShare, ShareStore } from '../app/ports/share-store.ts';
import { contextBytesMax } from '../domain/generation.ts';
import { shareCountMax, sharedMessageCountMax } from '../domain/share.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import { sharedConversationRow, shareJson, shareRow } from './rows.ts';

/** Snapshots in Postgres. */
export function createPrismaShareStore(database: Database): ShareStore {
  return {
    async add(share) {
      const [row] = await database.query(addedRow, addStatement(share));
      if (row === undefined) return 'missing';
      if (row.share !== null) return row.share;
      return row.length === 0 ? 'missing' : 'full';
    },
    async list(key) {
      const rows = await database.query(z.object({ share: shareRow.nullable() }), listStatement(key));
      return rows.length === 0 ? undefined : rows.flatMap(({ share }) => share ?? []);
    },
    async remove(key) {
      const rows = await database.query(z.object({ id: z.string() }), removeStatement(key));
      return rows.length > 0;
    },
    async find({ tokenHash, nowMs }) {
      const [row] = await database.query(
        z.object({ shared: sharedConversationRow }),
        Prisma.sql`
          SELECT json_build_object('title', s.title, 'messages', s.messages, 'createdAt', s.created_at,
            'expiresAt', s.expires_at) AS shared
          FROM conversation_shares s JOIN conversations c ON c.id = s.conversation_id AND c.deleted_at IS NULL
          WHERE s.token_hash = ${tokenHash} AND (s.expires_at IS NULL OR s.expires_at > ${time(new Date(nowMs))})`,
      );
      return row?.shared;
    },
  };
}

const addedRow = z.object({ length: z.number(), share: shareRow.nullable() });

/**
 * Freezes a branch: `length` is how many messages it has, 0 when there is no such branch. Replies that are being written are left out, and
 * nothing is stored when it is too long or there are too many links.
 */
function addStatement({ share, userId, leafId, tokenHash }: NewShare): Prisma.Sql {
  const { id, conversationId, createdAt, expiresAt } = share;
  const leaf = Prisma.sql`coalesce(${leafId ?? null}::uuid, o.active_leaf_id)`;
  return Prisma.sql`
    WITH RECURSIVE own AS (
      SELECT c.* FROM conversations c
      WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
    ),
    branch AS (
      SELECT m.id, m.parent_id, m.role, m.content, m.status, m.model, m.created_at, 1 AS position, octet_length(m.content) AS bytes
      FROM own o JOIN messages m ON m.id = ${leaf} AND m.conversation_id = o.id
      UNION ALL
      SELECT m.id, m.parent_id, m.role, m.content, m.status, m.model, m.created_at, b.position + 1,
        b.bytes + octet_length(m.content)
      FROM branch b JOIN messages m ON m.id = b.parent_id
      WHERE b.position <= ${sharedMessageCountMax}::int AND b.bytes <= ${contextBytesMax}::int
    ),
    snapshot AS (
      SELECT count(*)::int AS length, coalesce(max(b.bytes), 0) AS bytes,
        jsonb_agg(jsonb_build_object('role', b.role, 'content', b.content, 'model', b.model, 'createdAt', b.created_at)
          ORDER BY b.position DESC) FILTER (WHERE b.status NOT IN ('pending', 'streaming')) AS messages
      FROM branch b
    ),
    s AS (
      INSERT INTO conversation_shares (id, conversation_id, token_hash, title, messages, created_at, expires_at)
      SELECT ${id}::uuid, o.id, ${tokenHash}, o.title, x.messages, ${time(createdAt)}, ${time(expiresAt)}
      FROM own o, snapshot x
      WHERE x.messages IS NOT NULL AND x.length <= ${sharedMessageCountMax}::int AND x.bytes <= ${contextBytesMax}::int
        AND (SELECT count(*) FROM conversation_shares e WHERE e.conversation_id = o.id
          AND (e.expires_at IS NULL OR e.expires_at > ${time(createdAt)})) < ${shareCountMax}::int
      RETURNING *
    )
    SELECT x.length, (SELECT ${shareJson} FROM s) AS share FROM own, snapshot x`;
}

function listStatement({ conversationId, userId, nowMs }: ConversationKey & { nowMs: number }): Prisma.Sql {
  return Prisma.sql`
    SELECT CASE WHEN s.id IS NOT NULL THEN ${shareJson} END AS share
    FROM conversations c LEFT JOIN conversation_shares s
      ON s.conversation_id = c.id AND (s.expires_at IS NULL OR s.expires_at > ${time(new Date(nowMs))})
    WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
    ORDER BY s.id`;
}

/** A row for the conversation, whether the link was there or not. */
function removeStatement({ conversationId, userId, shareId }: ConversationKey & { shareId: string }): Prisma.Sql {
  return Prisma.sql`
    WITH own AS (
      SELECT c.id FROM conversations c
      WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
    ),
    gone AS (
      DELETE FROM conversation_shares s USING own o WHERE s.conversation_id = o.id AND s.id = ${shareId}::uuid
    )
    SELECT id FROM own`;
}

function time(value: Date | null): Prisma.Sql {
  return Prisma.sql`${value?.toISOString() ?? null}::timestamptz`;
}
