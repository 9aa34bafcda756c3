import { z } from 'zod';
import type { ConversationKey } from '../app/ports/conversation-store.ts';
import type { TrashQuery, TrashStore } from '../app/ports/trash-store.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import { conversationJson, conversationRow } from './rows.ts';

/** The trash in Postgres. Messages and generations go with their conversation, by foreign keys. */
export function createPrismaTrashStore(database: Database): TrashStore {
  return {
    async list(query) {
      const rows = await database.query(z.object({ conversation: conversationRow }), listStatement(query));
      return rows.map(({ conversation }) => conversation);
    },
    async restore(key) {
      const [row] = await database.query(z.object({ conversation: conversationRow }), restoreStatement(key));
      return row?.conversation;
    },
    async purge(key) {
      const rows = await database.query(z.object({ id: z.string() }), purgeStatement(key));
      return rows.length > 0;
    },
    async purgeDeletedBefore(query) {
      const rows = await database.query(z.object({ id: z.string() }), purgeExpiredStatement(query));
      return rows.length;
    },
  };
}

function listStatement({ userId, after, limit }: TrashQuery): Prisma.Sql {
  const rest =
    after === undefined
      ? Prisma.empty
      : Prisma.sql`AND (c.deleted_at, c.id) < (${new Date(after.deletedAtMs).toISOString()}::timestamptz, ${after.id}::uuid)`;
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM conversations c
    WHERE c.user_id = ${userId}::uuid AND c.deleted_at IS NOT NULL ${rest}
    ORDER BY c.deleted_at DESC, c.id DESC
    LIMIT ${limit}::int`;
}

/** What is not in the trash comes back as it is. */
function restoreStatement({ conversationId, userId, nowMs }: ConversationKey & { nowMs: number }): Prisma.Sql {
  const now = Prisma.sql`${new Date(nowMs).toISOString()}::timestamptz`;
  return Prisma.sql`
    UPDATE conversations c
    SET updated_at = CASE WHEN c.deleted_at IS NULL THEN c.updated_at ELSE greatest(c.updated_at, ${now}) END,
      version = c.version + CASE WHEN c.deleted_at IS NULL THEN 0 ELSE 1 END,
      deleted_at = NULL
    WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid
    RETURNING ${conversationJson} AS conversation`;
}

function purgeStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid AND c.deleted_at IS NOT NULL
    RETURNING c.id`;
}

/**
 * What another replica purges, or somebody is just restoring, is locked and left out. The time is asked again of the locked row: it may
 * have been restored since it was found.
 */
function purgeExpiredStatement({ deletedBeforeMs, limit }: { deletedBeforeMs: number; limit: number }): Prisma.Sql {
  const before = Prisma.sql`${new Date(deletedBeforeMs).toISOString()}::timestamptz`;
  return Prisma.sql`
    WITH expired AS MATERIALIZED (
      SELECT c.id FROM conversations c
      WHERE c.deleted_at < ${before}
      ORDER BY c.deleted_at
      LIMIT ${limit}::int
      FOR UPDATE SKIP LOCKED
    )
    DELETE FROM conversations c USING expired e WHERE c.id = e.id AND c.deleted_at < ${before}
    RETURNING c.id`;
}
