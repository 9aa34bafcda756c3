import { z } from 'zod';
import type { ConversationKey, MessageRange, MessageStore } from '../app/ports.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy } from './access.ts';
import type { Database } from './database.ts';
import { messageJson, messageRow } from './rows.ts';

/** Messages in Postgres. Each list is one round trip. */
export function createPrismaMessageStore(database: Database): MessageStore {
  return {
    async listTree(query) {
      const rows = await database.query(z.object({ message: messageRow.nullable() }), treeStatement(query));
      if (rows.length === 0) return undefined;
      return rows.flatMap(({ message }) => message ?? []);
    },
    async listBranch(query) {
      const rows = await database.query(z.object({ message: messageRow }), branchStatement(query));
      return rows.length === 0 ? undefined : rows.map(({ message }) => message);
    },
  };
}

/** One row with null when the conversation is empty, none when it is not there. */
function treeStatement({ conversationId, userId, fromId, limit }: ConversationKey & MessageRange): Prisma.Sql {
  const range = fromId === undefined ? Prisma.empty : Prisma.sql`AND m.id <= ${fromId}::uuid`;
  return Prisma.sql`
    SELECT CASE WHEN m.id IS NOT NULL THEN ${messageJson} END AS message
    FROM conversations c LEFT JOIN LATERAL (
      SELECT m.* FROM messages m WHERE m.conversation_id = c.id ${range} ORDER BY m.id DESC LIMIT ${limit}::int
    ) m ON true
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
    ORDER BY m.id DESC`;
}

function branchStatement(query: ConversationKey & { leafId: string; limit: number }): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE branch AS (
      SELECT m.*, 1 AS position
      FROM conversations c JOIN messages m ON m.conversation_id = c.id
      WHERE c.id = ${query.conversationId}::uuid AND ${readableBy(query.userId)}
        AND m.id = ${query.leafId}::uuid
      UNION ALL
      SELECT m.*, b.position + 1
      FROM branch b JOIN messages m ON m.id = b.parent_id
      WHERE b.position < ${query.limit}::int
    )
    SELECT ${messageJson} AS message FROM branch m ORDER BY m.position`;
}
