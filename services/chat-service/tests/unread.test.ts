import type { ListConversationsRequest } from '@chatbot/proto/chatbot/chat/v1/ListConversationsRequest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Caller,
  complete,
  exchange,
  post,
  present,
  startTestChatService,
  type TestChatService,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

async function list(caller: Caller, request: ListConversationsRequest = {}) {
  const { conversations } = await chat.client.unary('ListConversations', request, caller);
  return conversations.map(({ id, unread }) => ({ id, unread }));
}

async function isUnread(caller: Caller, conversationId: string): Promise<boolean | undefined> {
  return present((await list(caller)).find(({ id }) => id === conversationId)).unread;
}

async function read(caller: Caller, { conversationId, messageId }: { conversationId: string; messageId: string }) {
  return chat.client.unary('SetReadMark', { conversationId, messageId }, caller);
}

async function set(caller: Caller, { conversationId, unread }: { conversationId: string; unread: boolean }) {
  const stored = present((await chat.client.unary('GetConversation', { conversationId }, caller)).conversation);
  const request = { conversationId, version: stored.version, unread };
  return present((await chat.client.unary('UpdateConversation', request, caller)).conversation);
}

it('a list and the changes tell where a reply is being written', async () => {
  const caller = chat.newUser();
  const { conversationId, generationId } = await post(chat, { caller, content: 'Hello' });
  const told = async () => {
    const listed = await chat.client.unary('ListConversations', {}, caller);
    const { cursor } = await chat.client.unary('ListChanges', {}, caller);
    const changed = await chat.client.unary('ListChanges', { cursor }, caller);
    return [listed, changed].map(({ conversations }) => present(conversations[0]).generating);
  };
  expect(await told()).toEqual([true, true]);
  await complete(chat, { generationId, content: 'Hello yourself' });
  expect(await told()).toEqual([false, false]);
  expect((await chat.client.unary('GetConversation', { conversationId }, caller)).conversation).not.toHaveProperty(
    'generating',
  );
});

describe('a conversation is unread', () => {
  it('from the end of a reply, not while it is written, until the mark is on it', async () => {
    const caller = chat.newUser();
    const turn = await post(chat, { caller, content: 'Hello' });
    const { conversationId, assistantMessageId: messageId, userMessageId, generationId } = turn;
    expect(await isUnread(caller, conversationId)).toBe(false);
    await complete(chat, { generationId, content: 'Hello yourself' });
    expect(await isUnread(caller, conversationId)).toBe(true);
    expect(await read(caller, { conversationId, messageId: userMessageId })).toMatchObject({ unread: true });
    expect(await isUnread(caller, conversationId)).toBe(true);
    expect(await read(caller, { conversationId, messageId })).toMatchObject({ unread: false });
    expect(await isUnread(caller, conversationId)).toBe(false);
  });

  it('for each member alone, and not for who wrote what is new', async () => {
    const [owner, member] = [chat.newUser(), chat.newUser()];
    const { conversationId, assistantMessageId } = await exchange(chat, { caller: owner });
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'writer' }, owner);
    await read(owner, { conversationId, messageId: assistantMessageId });
    expect([await isUnread(owner, conversationId), await isUnread(member, conversationId)]).toEqual([false, true]);
    await post(chat, { caller: member, conversationId, content: 'From somebody else' });
    expect([await isUnread(owner, conversationId), await isUnread(member, conversationId)]).toEqual([true, false]);
  });

  it('when somebody says so, until they read or say that they have; others hear nothing of it', async () => {
    const [owner, member] = [chat.newUser(), chat.newUser()];
    const { conversationId, assistantMessageId: messageId } = await exchange(chat, { caller: owner });
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'reader' }, owner);
    await Promise.all([owner, member].map((caller) => read(caller, { conversationId, messageId })));
    expect(await set(member, { conversationId, unread: true })).toMatchObject({ unread: true });
    expect([await isUnread(owner, conversationId), await isUnread(member, conversationId)]).toEqual([false, true]);
    const { readMarks } = await chat.client.unary('GetConversationActivity', { conversationId }, owner);
    expect(readMarks.map((mark) => mark.messageId)).toEqual([messageId, messageId]);
    await read(member, { conversationId, messageId });
    expect(await isUnread(member, conversationId)).toBe(false);
    await set(member, { conversationId, unread: true });
    expect(await set(member, { conversationId, unread: false })).toMatchObject({ unread: false });
    expect(await isUnread(member, conversationId)).toBe(false);
  });

  it('not while it is empty, whatever is said', async () => {
    const caller = chat.newUser();
    const created = await chat.client.unary('CreateConversation', { title: 'Empty' }, caller);
    const conversationId = present(created.conversation).id;
    expect(await set(caller, { conversationId, unread: true })).toMatchObject({ unread: false });
    expect(await isUnread(caller, conversationId)).toBe(false);
  });
});

describe('many conversations', () => {
  it('are marked at once, also those that were never read; the unread ones are listed alone, page by page', async () => {
    const caller = chat.newUser();
    const turns = await Promise.all(Array.from({ length: 5 }, () => exchange(chat, { caller })));
    const ids = turns.map(({ conversationId }) => conversationId);
    const [kept, ...others] = ids;
    const change = (unread: boolean, conversationIds: string[]) =>
      chat.client.unary('ChangeConversations', { conversationIds, action: 'arrange', unread }, caller);
    expect((await change(false, ids)).conversations.map(({ unread }) => unread)).toEqual(ids.map(() => false));
    expect(await list(caller, { unread: true })).toEqual([]);
    expect(await list(caller, { unread: false })).toHaveLength(5);
    await change(true, others);
    const first = await chat.client.unary('ListConversations', { unread: true, limit: 3 }, caller);
    const rest = await list(caller, { unread: true, limit: 3, cursor: first.nextCursor });
    const found = [...first.conversations, ...rest].map(({ id }) => id);
    expect(found.toSorted()).toEqual(others.toSorted());
    expect(await list(caller, { unread: false })).toEqual([{ id: kept, unread: false }]);
  });
});

describe('a client that was away', () => {
  it('learns what is unread, and what it has read on another device', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: messageId } = await exchange(chat, { caller });
    const changes = (cursor: string) => chat.client.unary('ListChanges', { cursor }, caller);
    const { cursor } = await changes('');
    expect((await changes(cursor)).conversations).toMatchObject([{ id: conversationId, unread: true }]);
    await read(caller, { conversationId, messageId });
    expect((await changes(cursor)).conversations).toMatchObject([{ id: conversationId, unread: false }]);
    await set(caller, { conversationId, unread: true });
    expect((await changes(cursor)).conversations).toMatchObject([{ id: conversationId, unread: true }]);
  });
});

describe('what is brought along', () => {
  it('is read', async () => {
    const caller = chat.newUser();
    const json = JSON.stringify({
      chat_messages: [
        { uuid: '1', sender: 'human', text: 'Hi' },
        { uuid: '2', sender: 'assistant', text: 'Hello' },
      ],
      uuid: 'x',
      name: 'From elsewhere',
      created_at: '2025-01-01T00:00:00Z',
      updated_at: '2025-01-01T00:00:00Z',
    });
    await chat.client.unary('ImportConversation', { json }, caller);
    expect(await list(caller)).toMatchObject([{ unread: false }]);
  });
});
