import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Caller,
  complete,
  exchange,
  post,
  present,
  refusal,
  startTestChatService,
  type TestChatService,
  turnIds,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

function edit(caller: Caller, request: { messageId: string; content: string; clientMessageId?: string }) {
  return chat.client.unary('EditMessage', { clientMessageId: uuidv7(), ...request }, caller);
}

function regenerate(caller: Caller, request: { messageId: string; clientMessageId?: string }) {
  return chat.client.unary('RegenerateReply', { clientMessageId: uuidv7(), ...request }, caller);
}

async function branch(caller: Caller, conversationId: string, leafId: string): Promise<string[]> {
  const { messages } = await chat.client.unary('ListMessages', { conversationId, leafId }, caller);
  return messages.map(({ content }) => content);
}

describe('EditMessage', () => {
  it('adds a sibling with a pending reply, keeps the original and moves the active leaf', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: 'One', reply: 'First' });
    const { conversationId } = first;
    const second = await exchange(chat, { caller, conversationId, content: 'Two', reply: 'Second' });

    const response = await edit(caller, { messageId: second.userMessageId, content: 'Better two' });

    const ids = turnIds(response);
    expect(response.turn).toMatchObject({
      replayed: false,
      conversationCreated: false,
      conversation: { activeLeafId: ids.assistantMessageId },
      userMessage: { parentId: first.assistantMessageId, content: 'Better two', authorId: caller.userId },
      assistantMessage: { parentId: ids.userMessageId, status: 'pending' },
    });
    expect(present(response.task).context.map(({ content }) => content)).toEqual(['One', 'First', 'Better two']);
    expect(await branch(caller, conversationId, second.assistantMessageId)).toEqual(['One', 'First', 'Two', 'Second']);
    expect(await branch(caller, conversationId, ids.assistantMessageId)).toEqual(['One', 'First', 'Better two', '']);
  });

  it('of the first message makes a second root', async () => {
    const caller = chat.newUser();
    const { conversationId, userMessageId } = await exchange(chat, { caller, content: 'One' });
    const response = await edit(caller, { messageId: userMessageId, content: 'Other one' });
    expect(response.turn?.userMessage).toMatchObject({ parentId: '' });
    expect(present(response.task).context).toMatchObject([{ role: 'user', content: 'Other one' }]);
    expect(response.turn?.conversation).toMatchObject({ id: conversationId, title: 'One' });
  });

  it('is allowed while the reply to the original is written', async () => {
    const caller = chat.newUser();
    const { userMessageId } = await post(chat, { caller });
    const response = await edit(caller, { messageId: userMessageId, content: 'Quickly corrected' });
    expect(response.task).not.toBeNull();
  });

  it('is refused on a reply', async () => {
    const caller = chat.newUser();
    const { assistantMessageId } = await exchange(chat, { caller });
    const error = await refusal(edit(caller, { messageId: assistantMessageId, content: 'x' }));
    expect(error).toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field: 'messageId' }] });
  });
});

describe('RegenerateReply', () => {
  it('adds a pending sibling below the same user message and keeps the original', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: 'One', reply: 'First' });

    const response = await regenerate(caller, { messageId: first.assistantMessageId });

    const ids = turnIds(response);
    expect(ids).toMatchObject({ conversationId: first.conversationId, userMessageId: first.userMessageId });
    expect(ids.assistantMessageId).not.toBe(first.assistantMessageId);
    expect(response.turn?.userMessage).toMatchObject({ content: 'One', id: first.userMessageId });
    expect(present(response.task).context).toMatchObject([{ role: 'user', content: 'One' }]);
    const { messages } = await chat.client.unary('ListMessages', { conversationId: first.conversationId }, caller);
    expect(messages.map(({ content, status }) => [content, status])).toEqual([
      ['One', 'completed'],
      ['First', 'completed'],
      ['', 'pending'],
    ]);
  });

  it('is refused while that reply is written', async () => {
    const caller = chat.newUser();
    const { assistantMessageId } = await post(chat, { caller });
    expect((await refusal(regenerate(caller, { messageId: assistantMessageId }))).reason).toBe('GENERATION_RUNNING');
  });

  it('is refused on a user message', async () => {
    const caller = chat.newUser();
    const { userMessageId } = await exchange(chat, { caller });
    expect((await refusal(regenerate(caller, { messageId: userMessageId }))).reason).toBe('VALIDATION_FAILED');
  });
});

describe('the same clientMessageId', () => {
  it('of an edit or a regeneration twenty times at once has one effect', async () => {
    const caller = chat.newUser();
    const { conversationId, userMessageId, assistantMessageId } = await exchange(chat, { caller });
    const clientMessageId = uuidv7();
    const edits = await Promise.all(
      Array.from({ length: 20 }, () => edit(caller, { messageId: userMessageId, content: 'Edited', clientMessageId })),
    );
    expect(new Set(edits.map((response) => turnIds(response).generationId)).size).toBe(1);
    expect(edits.filter(({ task }) => task !== null)).toHaveLength(1);
    const other = uuidv7();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => regenerate(caller, { messageId: assistantMessageId, clientMessageId: other })),
    );
    expect(new Set(replies.map((response) => turnIds(response).generationId)).size).toBe(1);
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages).toHaveLength(5);
  });

  it('of a post is a conflict for an edit and a regeneration', async () => {
    const caller = chat.newUser();
    const clientMessageId = uuidv7();
    const { userMessageId, assistantMessageId } = await exchange(chat, { caller, clientMessageId, content: 'Same' });
    const edited = await refusal(edit(caller, { messageId: userMessageId, content: 'Same', clientMessageId }));
    const again = await refusal(regenerate(caller, { messageId: assistantMessageId, clientMessageId }));
    expect([edited.reason, again.reason]).toEqual(['IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_CONFLICT']);
  });
});

describe('ListMessages', () => {
  it('returns the newest page first, each page oldest first, of the tree and of a branch', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: '1', reply: '2' });
    const { conversationId } = first;
    await exchange(chat, { caller, conversationId, content: '3', reply: '4' });
    const edited = turnIds(await edit(caller, { messageId: first.userMessageId, content: '5' }));
    await complete(chat, { generationId: edited.generationId, content: '6' });
    const last = await exchange(chat, { caller, conversationId, content: '7', reply: '8' });

    expect(await pages(caller, { conversationId, limit: 3 })).toEqual([
      ['6', '7', '8'],
      ['3', '4', '5'],
      ['1', '2'],
    ]);
    const leaf = { conversationId, limit: 3, leafId: last.assistantMessageId };
    expect(await pages(caller, leaf)).toEqual([['6', '7', '8'], ['5']]);
    expect(await pages(caller, { ...leaf, limit: 4 })).toEqual([['5', '6', '7', '8']]);
  });

  it('finds no branch that ends in another conversation', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const { assistantMessageId } = await exchange(chat, { caller });
    const request = { conversationId, leafId: assistantMessageId };
    expect((await refusal(chat.client.unary('ListMessages', request, caller))).reason).toBe('RESOURCE_NOT_FOUND');
  });

  it('cuts a page of very long messages short instead of failing', async () => {
    const caller = chat.newUser();
    const length = 2_200_000;
    const long = 'é'.repeat(length);
    const { conversationId } = await exchange(chat, { caller, content: '1', reply: long });
    await exchange(chat, { caller, conversationId, content: '2', reply: long });
    const { response } = await post(chat, { caller, conversationId, content: '3' });
    const found = await pages(caller, { conversationId, limit: 200 });
    expect(found.map((page) => page.map((text) => text.length))).toEqual([
      [1, length, 1, 0],
      [1, length],
    ]);
    // The context of the third message had no room for the first reply either.
    expect(present(response.task).context.map(({ content }) => content.length)).toEqual([1, length, 1]);
  });
});

async function pages(caller: Caller, request: { conversationId: string; limit: number; leafId?: string }) {
  const found: string[][] = [];
  let cursor = '';
  do {
    const page = await chat.client.unary('ListMessages', { ...request, cursor }, caller);
    found.push(page.messages.map(({ content }) => content));
    cursor = page.nextCursor;
  } while (cursor !== '' && found.length < 100);
  return found;
}
