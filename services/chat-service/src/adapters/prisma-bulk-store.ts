import { z } from 'zod';
import type { BulkStore, BulkTarget } from '../app/ports/bulk-store.ts';
import type { PersonalChanges } from '../domain/conversation.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy } from './access.ts';
import type { Database } from './database.ts';
import { folderExists, personalAssignments, withOwnSettings } from './personal-changes.ts';
import { conversationJson, conversationRow } from './rows.ts';
import { readingPart } from './unread.ts';

/** Changes of many conversations in Postgres, each of them one statement: all or nothing. */
export function createPrismaBulkStore(database: Database): BulkStore {
  async function changed(statement: Prisma.Sql) {
    const rows = await database.query(z.object({ conversation: conversationRow }), statement);
    return rows.map(({ conversation }) => conversation);
  }

  return {
    async arrange({ changes, ...target }) {
      const conversations = await changed(arrangeStatement(target, changes));
      return conversations.map((conversation) => withOwnSettings(conversation, { userId: target.userId, changes }));
    },
    trash: (target) => changed(moveStatement({ target, from: Prisma.sql`IS NULL`, deletedAt: timeOf(target) })),
    restore: (target) => changed(moveStatement({ target, from: Prisma.sql`IS NOT NULL`, deletedAt: Prisma.sql`NULL` })),
    purge: (target) => changed(purgeStatement(target)),
  };
}

// Rows are locked in the order of their ids, so that two changes of the same conversations wait for each other and never deadlock.

function arrangeStatement({ userId, conversationIds, nowMs }: BulkTarget, changes: PersonalChanges): Prisma.Sql {
  const assign = personalAssignments(changes);
  return Prisma.sql`
    WITH target AS MATERIALIZED (
      SELECT c.id, c.user_id = ${userId}::uuid AS own
      FROM conversations c
      WHERE c.id = ANY(${[...conversationIds]}::uuid[]) AND ${readableBy(userId)} AND ${folderExists({ userId, changes })}
      ORDER BY c.id
      FOR NO KEY UPDATE
    ),
    personal AS (
      UPDATE conversation_members cm SET ${assign(Prisma.sql`cm`, Prisma.sql`true`)}
      FROM target t
      WHERE cm.conversation_id = t.id AND cm.user_id = ${userId}::uuid
    ),
    ${readingPart(changes, { of: Prisma.sql`target`, userId, nowMs })}
    changed AS (
      UPDATE conversations c
      SET ${assign(Prisma.sql`c`, Prisma.sql`t.own`)},
        updated_at = greatest(c.updated_at, ${timeOf({ nowMs })}), version = c.version + 1
      FROM target t
      WHERE c.id = t.id
      RETURNING c.*
    )
    SELECT ${conversationJson} AS conversation FROM changed c ORDER BY c.id`;
}

/** Into the trash or out of it: those that the user owns and that are where they are moved from. */
function moveStatement(move: { target: BulkTarget; from: Prisma.Sql; deletedAt: Prisma.Sql }): Prisma.Sql {
  const { target, from, deletedAt } = move;
  return Prisma.sql`
    WITH target AS MATERIALIZED (${lockedOwn(target, from)}),
    changed AS (
      UPDATE conversations c
      SET deleted_at = ${deletedAt}, updated_at = greatest(c.updated_at, ${timeOf(target)}), version = c.version + 1
      FROM target t
      WHERE c.id = t.id
      RETURNING c.*
    )
    SELECT ${conversationJson} AS conversation FROM changed c ORDER BY c.id`;
}

function purgeStatement(target: BulkTarget): Prisma.Sql {
  return Prisma.sql`
    WITH target AS MATERIALIZED (${lockedOwn(target, Prisma.sql`IS NOT NULL`)}),
    gone AS (DELETE FROM conversations c USING target t WHERE c.id = t.id RETURNING c.*)
    SELECT ${conversationJson} AS conversation FROM gone c ORDER BY c.id`;
}

function lockedOwn({ userId, conversationIds }: BulkTarget, deletedAt: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT c.id FROM conversations c
    WHERE c.id = ANY(${[...conversationIds]}::uuid[]) AND c.user_id = ${userId}::uuid AND c.deleted_at ${deletedAt}
    ORDER BY c.id
    FOR UPDATE`;
}

function timeOf({ nowMs }: { nowMs: number }): Prisma.Sql {
  return Prisma.sql`${new Date(nowMs).toISOString()}::timestamptz`;
}
