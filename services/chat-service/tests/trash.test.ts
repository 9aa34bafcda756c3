import { waitFor } from '@chatbot/testkit';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../src/adapters/database.ts';
import { createPostgresChangeFeed } from '../src/adapters/postgres-change-feed.ts';
import { createPrismaTrashStore } from '../src/adapters/prisma-trash-store.ts';
import type { TrashStore } from '../src/app/ports/trash-store.ts';
import { purgeExpired } from '../src/app/purge-expired.ts';
import { trashRetentionMs } from '../src/domain/conversation.ts';
import { type Caller, exchange, refusal, startTestChatService, type TestChatService } from './harness.ts';

let chat: TestChatService;
let database: Database;
let trash: TrashStore;
beforeAll(async () => {
  chat = await startTestChatService({ TRASH_PURGE_INTERVAL_MS: '200' });
  const { databaseUrl: url } = chat;
  database = createDatabase({ url, poolMax: 10, statementTimeoutMs: 30_000, onConnectionLost: () => {} });
  trash = createPrismaTrashStore(database);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await chat[Symbol.asyncDispose]();
});

async function trashed(caller: Caller): Promise<string> {
  const { conversationId } = await exchange(chat, { caller });
  await chat.client.unary('DeleteConversation', { conversationId }, caller);
  return conversationId;
}

async function inTrash(caller: Caller): Promise<string[]> {
  const { conversations } = await chat.client.unary('ListConversations', { trashed: true }, caller);
  return conversations.map(({ id }) => id);
}

async function age(conversationId: string, deletedAtMs: number): Promise<void> {
  const deletedAt = new Date(deletedAtMs);
  await database.run((prisma) => prisma.conversation.update({ where: { id: conversationId }, data: { deletedAt } }));
}

async function messageCount(conversationId: string): Promise<number> {
  return database.run((prisma) => prisma.message.count({ where: { conversationId } }));
}

describe('the trash', () => {
  it('lists what was deleted, the latest first, page by page, and nobody else’s', async () => {
    const caller = chat.newUser();
    await trashed(chat.newUser());
    const ids = [await trashed(caller), await trashed(caller), await trashed(caller)];
    await exchange(chat, { caller });
    expect((await inTrash(caller)).toSorted()).toEqual(ids.toSorted());
    const pages: string[] = [];
    let cursor = '';
    do {
      const page = await chat.client.unary('ListConversations', { trashed: true, limit: 1, cursor }, caller);
      pages.push(...page.conversations.map(({ id }) => id));
      expect(page.conversations[0]?.deletedAt).not.toBeNull();
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(pages).toEqual(await inTrash(caller));
  });

  it('gives a conversation back whole, also when asked twice', async () => {
    const caller = chat.newUser();
    const conversationId = await trashed(caller);
    for (let repeat = 0; repeat < 2; repeat++) {
      const { conversation } = await chat.client.unary('RestoreConversation', { conversationId }, caller);
      expect(conversation).toMatchObject({ id: conversationId, deletedAt: null });
    }
    expect(await inTrash(caller)).toEqual([]);
    expect((await chat.client.unary('ListMessages', { conversationId }, caller)).messages).toHaveLength(2);
    expect((await chat.client.unary('ListConversations', {}, caller)).conversations).toHaveLength(1);
  });

  it('deletes for good only what is in it, with all its messages', async () => {
    const caller = chat.newUser();
    const { conversationId: kept } = await exchange(chat, { caller });
    const purge = (conversationId: string) => chat.client.unary('PurgeConversation', { conversationId }, caller);
    expect((await refusal(purge(kept))).reason).toBe('RESOURCE_NOT_FOUND');
    const conversationId = await trashed(caller);
    await purge(conversationId);
    expect(await messageCount(conversationId)).toBe(0);
    expect((await refusal(purge(conversationId))).reason).toBe('RESOURCE_NOT_FOUND');
    const restore = chat.client.unary('RestoreConversation', { conversationId }, caller);
    expect((await refusal(restore)).reason).toBe('RESOURCE_NOT_FOUND');
    expect(await messageCount(kept)).toBe(2);
  });

  it('is emptied by the service of what is 30 days old, and of nothing younger', async () => {
    const caller = chat.newUser();
    const [old, young] = [await trashed(caller), await trashed(caller)];
    await age(young, Date.now() - trashRetentionMs + 60_000);
    await age(old, Date.now() - trashRetentionMs - 1);
    await waitFor(async () => !(await inTrash(caller)).includes(old), { description: 'the old one is purged' });
    expect(await inTrash(caller)).toEqual([young]);
    expect(await messageCount(old)).toBe(0);
  });

  it('purges in batches, each conversation once, however many replicas do it', async () => {
    // Long before the clock of the running service begins to count.
    const clock = () => trashRetentionMs + 1_000;
    const changes = createPostgresChangeFeed(database);
    const userId = uuidv7();
    const rows = Array.from({ length: 70 }, () => ({ id: uuidv7(), userId, deletedAt: new Date(500) }));
    await addTrashed(rows);
    const counts = await Promise.all(Array.from({ length: 5 }, () => purgeExpired({ trash, changes, clock })));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(70);
    // What the service itself took meanwhile goes as well, when its transaction ends.
    const left = () => database.run((prisma) => prisma.conversation.count({ where: { userId } }));
    await waitFor(async () => (await left()) === 0, { description: 'all are purged' });
  });

  it('racing a restore: what was restored stays whole, what was not is gone', async () => {
    const userId = uuidv7();
    const rows = Array.from({ length: 20 }, () => ({ id: uuidv7(), userId, deletedAt: new Date(500) }));
    await addTrashed(rows);
    const restores = rows.map(({ id }) => trash.restore({ conversationId: id, userId, nowMs: Date.now() }));
    const purges = rows.map(() => trash.purgeDeletedBefore({ deletedBeforeMs: 1_000, limit: 3 }));
    const [restored] = await Promise.all([Promise.all(restores), Promise.all(purges)]);
    const left = await database.run((prisma) => prisma.conversation.findMany({ where: { userId } }));
    const survivors = restored.flatMap((conversation) => conversation?.id ?? []);
    const kept = left.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id);
    expect(kept.toSorted()).toEqual(survivors.toSorted());
  });
});

function addTrashed(rows: readonly { id: string; userId: string; deletedAt: Date }[]) {
  const now = new Date();
  const common = { title: 'Old', titleSource: 'user', persona: 'assistant', model: '', pinned: false, archived: false };
  const times = { createdAt: now, updatedAt: now, lastMessageAt: now };
  const data = rows.map((row) => ({ ...row, ...common, ...times, version: 1 }));
  return database.run((prisma) => prisma.conversation.createMany({ data }));
}
