import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
  type Caller,
  complete,
  exchange,
  post,
  present,
  refusal,
  startTestChatService,
  type TestChatService,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

async function create(caller: Caller, request: { title?: string; persona?: string; model?: string } = {}) {
  const { conversation } = await chat.client.unary('CreateConversation', request, caller);
  return present(conversation);
}

describe('CreateConversation', () => {
  it('makes an empty conversation with defaults', async () => {
    const caller = chat.newUser();
    const conversation = await create(caller);
    expect(conversation).toMatchObject({
      title: 'New conversation',
      persona: 'assistant',
      model: '',
      pinned: false,
      archived: false,
      version: 1,
      activeLeafId: '',
    });
    const { messages } = await chat.client.unary('ListMessages', { conversationId: conversation.id }, caller);
    expect(messages).toEqual([]);
    const stored = await chat.client.unary('GetConversation', { conversationId: conversation.id }, caller);
    expect(stored.conversation).toEqual(conversation);
  });
});

describe('ListConversations', () => {
  it('returns pinned ones first, then the latest message first, without the archived', async () => {
    const caller = chat.newUser();
    const a = await create(caller, { title: 'A' });
    const b = await create(caller, { title: 'B' });
    const c = await create(caller, { title: 'C' });
    const d = await create(caller, { title: 'D' });
    await chat.client.unary('UpdateConversation', { conversationId: b.id, version: 1, pinned: true }, caller);
    await chat.client.unary('UpdateConversation', { conversationId: d.id, version: 1, archived: true }, caller);
    await post(chat, { caller, conversationId: a.id });

    const titles = async (archived: boolean) =>
      (await chat.client.unary('ListConversations', { archived }, caller)).conversations.map(({ title }) => title);
    expect(await titles(false)).toEqual(['B', 'A', 'C']);
    expect(await titles(true)).toEqual(['D']);
    expect(c.version).toBe(1);
  });

  it('holds nobody else’s conversations', async () => {
    await create(chat.newUser());
    const { conversations, nextCursor } = await chat.client.unary('ListConversations', {}, chat.newUser());
    expect({ conversations, nextCursor }).toEqual({ conversations: [], nextCursor: '' });
  });
});

describe('UpdateConversation', () => {
  it('changes the given fields and counts the version', async () => {
    const caller = chat.newUser();
    const { id } = await create(caller, { title: 'Before', persona: 'creative' });
    const changes = { title: ' After ', model: 'big', pinned: true };
    const { conversation } = await chat.client.unary(
      'UpdateConversation',
      { conversationId: id, version: 1, ...changes },
      caller,
    );
    expect(conversation).toMatchObject({ title: 'After', model: 'big', pinned: true, persona: 'creative', version: 2 });
    expect((await chat.client.unary('GetConversation', { conversationId: id }, caller)).conversation).toEqual(
      conversation,
    );
  });

  it('lets one of twenty updates of the same version win and tells the others the current one', async () => {
    const caller = chat.newUser();
    const { id } = await create(caller);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        chat.client.unary('UpdateConversation', { conversationId: id, version: 1, title: `T${index}` }, caller),
      ),
    );
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(lost).toHaveLength(19);
    for (const error of lost)
      expect(error).toMatchObject({ reason: 'VERSION_CONFLICT', metadata: { currentVersion: '2' } });
  });

  it('refuses a change of nothing', async () => {
    const caller = chat.newUser();
    const { id } = await create(caller);
    const error = await refusal(chat.client.unary('UpdateConversation', { conversationId: id, version: 1 }, caller));
    expect(error.reason).toBe('VALIDATION_FAILED');
  });
});

describe('SetGeneratedTitle', () => {
  it('replaces the title made from the first message, once', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, content: 'What is rain?' });
    const first = await chat.client.unary('SetGeneratedTitle', { conversationId, title: 'On rain' }, asService());
    const second = await chat.client.unary('SetGeneratedTitle', { conversationId, title: 'Rain' }, asService());
    expect(first).toMatchObject({ changed: true, conversation: { title: 'On rain' } });
    expect(second).toMatchObject({ changed: false, conversation: { title: 'On rain' } });
    expect(second.conversation).toEqual(first.conversation);
  });

  it('keeps a title that a person gave', async () => {
    const caller = chat.newUser();
    const { conversationId, response } = await exchange(chat, { caller });
    const version = present(present(response.turn).conversation).version + 1;
    await chat.client.unary('UpdateConversation', { conversationId, version, title: 'Mine' }, caller);
    const kept = await chat.client.unary('SetGeneratedTitle', { conversationId, title: 'Model’s' }, asService());
    expect(kept).toMatchObject({ changed: false, conversation: { title: 'Mine' } });
  });
});

describe('DeleteConversation', () => {
  it('returns what is still being generated, again for a repeat, and hides everything', async () => {
    const caller = chat.newUser();
    const { conversationId, userMessageId, assistantMessageId } = await exchange(chat, { caller });
    const running = await post(chat, { caller, conversationId });
    const { generationId } = running;
    for (let repeat = 0; repeat < 2; repeat++) {
      const { generationIds } = await chat.client.unary('DeleteConversation', { conversationId }, caller);
      expect(generationIds).toEqual([generationId]);
    }
    const clientMessageId = 'another-message';
    const refusals = await Promise.all(
      [
        chat.client.unary('GetConversation', { conversationId }, caller),
        chat.client.unary('ListMessages', { conversationId }, caller),
        chat.client.unary('ListMessages', { conversationId, leafId: assistantMessageId }, caller),
        chat.client.unary('UpdateConversation', { conversationId, version: 1, pinned: true }, caller),
        post(chat, { caller, conversationId }),
        chat.client.unary('EditMessage', { messageId: userMessageId, clientMessageId, content: 'x' }, caller),
        chat.client.unary('RegenerateReply', { messageId: assistantMessageId, clientMessageId }, caller),
        chat.client.unary('GetGeneration', { generationId }, caller),
        chat.client.unary('GetGenerationTask', { generationId }, asService()),
        chat.client.unary('GetConversationActivity', { conversationId }, caller),
        chat.client.unary('SetTyping', { conversationId, typing: true }, caller),
        chat.client.unary('SetGeneratedTitle', { conversationId, title: 'x' }, asService()),
      ].map(refusal),
    );
    expect(refusals.map(({ reason }) => reason)).toEqual(refusals.map(() => 'RESOURCE_NOT_FOUND'));
    expect((await chat.client.unary('ListConversations', {}, caller)).conversations).toEqual([]);
  });

  it('still takes the end of its generations, so that what is restored is whole', async () => {
    const caller = chat.newUser();
    const { conversationId, generationId } = await post(chat, { caller });
    await chat.client.unary('DeleteConversation', { conversationId }, caller);
    const { message } = await complete(chat, { generationId, status: 'stopped', content: 'So far' });
    expect(message).toMatchObject({ status: 'stopped', content: 'So far' });
    const { generationIds } = await chat.client.unary('DeleteConversation', { conversationId }, caller);
    expect(generationIds).toEqual([]);
  });

  it('racing a message: either the message is refused or its generation is returned', async () => {
    const caller = chat.newUser();
    for (let round = 0; round < 10; round++) {
      const { conversationId } = await exchange(chat, { caller });
      const [posted, deleted] = await Promise.allSettled([
        post(chat, { caller, conversationId }),
        chat.client.unary('DeleteConversation', { conversationId }, caller),
      ]);
      const returned = deleted.status === 'fulfilled' ? deleted.value.generationIds : ['the deletion failed'];
      if (posted.status === 'fulfilled') expect(returned).toEqual([posted.value.generationId]);
      else {
        expect(posted.reason).toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
        expect(returned).toEqual([]);
      }
    }
  });

  it('makes a repeated clientMessageId answer as a missing conversation', async () => {
    const caller = chat.newUser();
    const clientMessageId = 'first-message';
    const { conversationId } = await exchange(chat, { caller, clientMessageId });
    await chat.client.unary('DeleteConversation', { conversationId }, caller);
    const error = await refusal(post(chat, { caller, clientMessageId }));
    expect(error.reason).toBe('RESOURCE_NOT_FOUND');
  });
});
