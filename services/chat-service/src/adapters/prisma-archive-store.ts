import { z } from 'zod';
import type { ArchiveStore, ExportPage } from '../app/ports/archive-store.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy } from './access.ts';
import type { Database } from './database.ts';
import { importedStatement, newConversationStatement } from './imported-statement.ts';
import { conversationJson, conversationRow, messageJson, messageRow } from './rows.ts';

/** Whole conversations in and out of Postgres. */
export function createPrismaArchiveStore(database: Database): ArchiveStore {
  return {
    async add(conversation) {
      const [added] = await database.query(idRow, newConversationStatement(conversation));
      if (added !== undefined || conversation.contentHash === undefined) return { id: conversation.id, added: true };
      const { userId, contentHash } = conversation;
      const [found] = await database.query(idRow, importedStatement({ userId, contentHash }));
      return found === undefined ? undefined : { id: found.id, added: false };
    },
    async listConversations({ userId, afterId, limit }) {
      const rows = await database.query(
        z.object({ conversation: conversationRow }),
        ownStatement({ userId, afterId, limit }),
      );
      return rows.map(({ conversation }) => conversation);
    },
    async listMessages(page) {
      const rows = await database.query(z.object({ message: messageRow }), messagesStatement(page));
      return rows.map(({ message }) => message);
    },
  };
}

const idRow = z.object({ id: z.string() });

/** In the order in which they were made. */
function ownStatement({ userId, afterId, limit }: { userId: string; afterId: string; limit: number }): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM conversations c
    WHERE c.user_id = ${userId}::uuid AND c.deleted_at IS NULL AND c.id > ${afterId}::uuid
    ORDER BY c.id
    LIMIT ${limit}::int`;
}

function messagesStatement({ conversationId, userId, afterId, limit }: ExportPage): Prisma.Sql {
  return Prisma.sql`
    SELECT ${messageJson} AS message
    FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)} AND m.id > ${afterId}::uuid
    ORDER BY m.id
    LIMIT ${limit}::int`;
}
