import { z } from 'zod';
import type {
  ConversationKey,
  ConversationStore,
  ConversationUpdate,
  ConversationUpdateResult,
} from '../app/ports/conversation-store.ts';
import type { Conversation } from '../domain/conversation.ts';
import {
  anyConversationStatement,
  conversationStatement,
  heldStatement,
  isPersonal,
  listStatement,
  removeStatement,
  titleStatement,
  updateStatement,
} from './conversation-statements.ts';
import type { Database } from './database.ts';
import { withOwnSettings } from './personal-changes.ts';
import { conversationRow, listedRow } from './rows.ts';

/** Conversations in Postgres. */
export function createPrismaConversationStore(database: Database): ConversationStore {
  async function get(key: ConversationKey): Promise<Conversation | undefined> {
    const [row] = await database.query(oneRow, conversationStatement(key));
    return row?.conversation;
  }

  return {
    get,
    async add({ members: _, tags, ...conversation }) {
      await database.run((prisma) => prisma.conversation.create({ data: { ...conversation, tags: [...tags] } }));
    },
    async list(query) {
      const rows = await database.query(listedRow, listStatement(query));
      return rows.map(({ conversation, ...seen }) => ({ ...conversation, ...seen }));
    },
    async update(update) {
      const [row] = await database.query(updateRow, updateStatement(update));
      return row === undefined ? { outcome: 'missing' } : resultOf(update, row);
    },
    async remove(key) {
      const [removed] = await database.query(oneRow, removeStatement(key));
      if (removed !== undefined) return removed.conversation;
      const [held] = await database.query(oneRow.extend({ own: z.boolean() }), heldStatement(key));
      if (held === undefined) return undefined;
      return held.own ? held.conversation : 'not-owner';
    },
    async setGeneratedTitle(change) {
      const [changed] = await database.query(oneRow, titleStatement(change));
      if (changed !== undefined) return { ...changed, changed: true };
      const [kept] = await database.query(oneRow, anyConversationStatement(change.conversationId));
      return kept === undefined ? undefined : { ...kept, changed: false };
    },
  };
}

const oneRow = z.object({ conversation: conversationRow });
const updateRow = z.object({
  version: z.number(),
  writable: z.boolean(),
  folderKnown: z.boolean(),
  leafKnown: z.boolean(),
  conversation: conversationRow.nullable(),
});

function resultOf(update: ConversationUpdate, row: z.output<typeof updateRow>): ConversationUpdateResult {
  if (row.conversation !== null) return { outcome: 'updated', conversation: withOwnSettings(row.conversation, update) };
  if (!row.writable && !isPersonal(update.changes)) return { outcome: 'read-only' };
  if (!row.folderKnown) return { outcome: 'unknown', field: 'folderId' };
  if (!row.leafKnown) return { outcome: 'unknown', field: 'activeLeafId' };
  return { outcome: 'conflict', currentVersion: row.version };
}
