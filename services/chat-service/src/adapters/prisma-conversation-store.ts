import { z } from 'zod';
import type {
  ConversationKey,
  ConversationQuery,
  ConversationStore,
  ConversationUpdate,
  GeneratedTitle,
} from '../app/ports.ts';
import type { Conversation } from '../domain/conversation.ts';
import { type Conversation as ConversationModel, Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import { conversationJson, conversationRow, titleSource } from './rows.ts';

/** Conversations in Postgres. */
export function createPrismaConversationStore(database: Database): ConversationStore {
  async function get(key: ConversationKey): Promise<Conversation | undefined> {
    const found = await database.run((prisma) => prisma.conversation.findFirst({ where: visible(key) }));
    return found === null ? undefined : toConversation(found);
  }

  return {
    get,
    async add(conversation) {
      await database.run((prisma) => prisma.conversation.create({ data: conversation }));
    },
    async list(query) {
      const rows = await database.query(z.object({ conversation: conversationRow }), listStatement(query));
      return rows.map(({ conversation }) => conversation);
    },
    async update(update) {
      const [updated] = await database.run((prisma) =>
        prisma.conversation.updateManyAndReturn(updateArguments(update)),
      );
      if (updated !== undefined) return { outcome: 'updated', conversation: toConversation(updated) };
      const current = await get(update);
      if (current === undefined) return { outcome: 'missing' };
      return { outcome: 'conflict', currentVersion: current.version };
    },
    async remove({ conversationId, userId, nowMs }) {
      const owned = { id: conversationId, userId };
      const { count } = await database.run((prisma) =>
        prisma.conversation.updateMany({ where: { ...owned, deletedAt: null }, data: { deletedAt: new Date(nowMs) } }),
      );
      if (count > 0) return true;
      return (await database.run((prisma) => prisma.conversation.count({ where: owned }))) > 0;
    },
    async setGeneratedTitle(change) {
      const [changed] = await database.run((prisma) => prisma.conversation.updateManyAndReturn(titleArguments(change)));
      if (changed !== undefined) return { conversation: toConversation(changed), changed: true };
      const kept = await database.run((prisma) =>
        prisma.conversation.findFirst({ where: { id: change.conversationId, deletedAt: null } }),
      );
      return kept === null ? undefined : { conversation: toConversation(kept), changed: false };
    },
  };
}

function visible({ conversationId, userId }: ConversationKey) {
  return { id: conversationId, userId, deletedAt: null };
}

function listStatement({ userId, archived, after, limit }: ConversationQuery): Prisma.Sql {
  const rest =
    after === undefined
      ? Prisma.empty
      : Prisma.sql`AND (c.pinned, c.last_message_at, c.id)
          < (${after.pinned}, ${new Date(after.lastMessageAtMs).toISOString()}::timestamptz, ${after.id}::uuid)`;
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation
    FROM conversations c
    WHERE c.user_id = ${userId}::uuid AND c.archived = ${archived} AND c.deleted_at IS NULL ${rest}
    ORDER BY c.pinned DESC, c.last_message_at DESC, c.id DESC
    LIMIT ${limit}::int`;
}

function updateArguments({ version, changes, nowMs, ...key }: ConversationUpdate) {
  const titleChange = changes.title === undefined ? {} : { titleSource: 'user' };
  return {
    where: { ...visible(key), version },
    data: { ...changes, ...titleChange, updatedAt: new Date(nowMs), version: { increment: 1 } },
  };
}

function titleArguments({ conversationId, title, nowMs }: GeneratedTitle) {
  return {
    where: { id: conversationId, deletedAt: null, titleSource: 'default' },
    data: { title, titleSource: 'model', updatedAt: new Date(nowMs), version: { increment: 1 } },
  };
}

function toConversation({ deletedAt: _, ...model }: ConversationModel): Conversation {
  return { ...model, titleSource: titleSource.parse(model.titleSource) };
}
