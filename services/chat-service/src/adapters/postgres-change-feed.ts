import { z } from 'zod';
import type { ChangeFeed, ChangeQuery } from '../app/ports/change-feed.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy } from './access.ts';
import type { Database } from './database.ts';
import {
  conversationJson,
  draftJson,
  draftRow,
  generatingNow,
  listedRow,
  messageJson,
  messageRow,
  readMarkJson,
  readMarkRow,
} from './rows.ts';
import { unreadBy } from './unread.ts';

/** What has changed, read from the times that every row carries. */
export function createPostgresChangeFeed(database: Database): ChangeFeed {
  return {
    async list(query) {
      const [conversations, own, messages] = await Promise.all([
        database.query(listedRow, conversationsStatement(query)),
        database.query(ownRow, ownStatement(query)),
        query.conversationId === undefined
          ? []
          : database.query(z.object({ message: messageRow }), messagesStatement(query, query.conversationId)),
      ]);
      const [{ removedIds, readMarks, drafts } = { removedIds: [], readMarks: [], drafts: [] }] = own;
      return {
        conversations: conversations.map(({ conversation, ...seen }) => ({ ...conversation, ...seen })),
        removedIds,
        readMarks,
        drafts,
        messages: messages.map(({ message }) => message),
      };
    },
    async forgetRemovalsBefore(removedBeforeMs) {
      await database.query(
        z.object({}),
        Prisma.sql`DELETE FROM conversation_removals WHERE removed_at < ${time(removedBeforeMs)}`,
      );
    },
  };
}

const ownRow = z.object({
  removedIds: z.array(z.string()),
  readMarks: z.array(readMarkRow),
  drafts: z.array(draftRow),
});

/** The user's conversations that have changed or that they have read, also those that are in the trash now. */
function conversationsStatement({ userId, sinceMs, limit }: ChangeQuery): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation, ${unreadBy(userId)} AS unread, ${generatingNow} AS generating
    FROM (
      (SELECT c.id FROM conversations c
        WHERE c.user_id = ${userId}::uuid AND c.updated_at >= ${time(sinceMs)} LIMIT ${limit}::int)
      UNION
      (SELECT c.id FROM conversation_members cm JOIN conversations c ON c.id = cm.conversation_id
        WHERE cm.user_id = ${userId}::uuid AND c.updated_at >= ${time(sinceMs)} LIMIT ${limit}::int)
      UNION
      (SELECT r.conversation_id FROM conversation_reads r JOIN conversations c ON c.id = r.conversation_id
        WHERE r.user_id = ${userId}::uuid AND r.read_at >= ${time(sinceMs)} AND ${readableBy(userId)} LIMIT ${limit}::int)
    ) changed JOIN conversations c ON c.id = changed.id
    ORDER BY c.updated_at, c.id
    LIMIT ${limit}::int`;
}

/** What somebody was removed from and has not come back to, and what is theirs alone. */
function ownStatement({ userId, sinceMs, limit }: ChangeQuery): Prisma.Sql {
  return Prisma.sql`
    SELECT
      (SELECT coalesce(json_agg(x.conversation_id), '[]') FROM (
        SELECT x.conversation_id FROM conversation_removals x
        WHERE x.user_id = ${userId}::uuid AND x.removed_at >= ${time(sinceMs)}
          AND NOT EXISTS (SELECT FROM conversations c WHERE c.id = x.conversation_id AND ${readableBy(userId)})
        LIMIT ${limit}::int) x) AS "removedIds",
      (SELECT coalesce(json_agg(${readMarkJson}), '[]') FROM (
        SELECT r.* FROM conversation_reads r JOIN conversations c ON c.id = r.conversation_id
        WHERE r.user_id = ${userId}::uuid AND r.read_at >= ${time(sinceMs)} AND ${readableBy(userId)}
        LIMIT ${limit}::int) r) AS "readMarks",
      (SELECT coalesce(json_agg(${draftJson}), '[]') FROM (
        SELECT d.* FROM conversation_drafts d JOIN conversations c ON c.id = d.conversation_id
        WHERE d.user_id = ${userId}::uuid AND d.updated_at >= ${time(sinceMs)} AND ${readableBy(userId)}
        LIMIT ${limit}::int) d) AS drafts`;
}

/** Looks at every message of the conversation: the times have no index, which every new message would pay for. */
function messagesStatement({ userId, sinceMs, limit }: ChangeQuery, conversationId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT ${messageJson} AS message
    FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)} AND m.updated_at >= ${time(sinceMs)}
    ORDER BY m.id
    LIMIT ${limit}::int`;
}

function time(ms: number): Prisma.Sql {
  return Prisma.sql`${new Date(ms).toISOString()}::timestamptz`;
}
