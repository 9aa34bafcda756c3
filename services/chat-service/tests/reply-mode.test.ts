import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, exchange, present, refusal, startTestChatService, type TestChatService } from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

async function setMode(caller: Caller, conversationId: string, replyMode: string) {
  const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
  const { version } = present(conversation);
  await chat.client.unary('UpdateConversation', { conversationId, version, replyMode }, caller);
}

async function mentioned() {
  const owner = chat.newUser();
  const { conversationId } = await exchange(chat, { caller: owner });
  await setMode(owner, conversationId, 'mentioned');
  const say = (content: string, clientMessageId: string = uuidv7(), caller: Caller = owner) =>
    chat.client.unary('PostMessage', { conversationId, content, clientMessageId }, caller);
  return { owner, conversationId, say };
}

describe('a conversation that answers when it is addressed', () => {
  it('stores other messages alone, below each other, and answers the one that addresses the model with all of them', async () => {
    const { owner, conversationId, say } = await mentioned();
    const first = await say('Just between us');
    expect(first).toMatchObject({ task: null, turn: { assistantMessage: null, generationId: '', replayed: false } });
    await say('And this');
    const asked = await say('@assistant what do you think?');
    expect(present(asked.task).context.map(({ content }) => content)).toEqual([
      'Hello',
      'A reply',
      'Just between us',
      'And this',
      '@assistant what do you think?',
    ]);
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, owner);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'user', 'user', 'assistant']);
  });

  it('stores one of twenty equal messages, also when the mode changes in between', async () => {
    const { owner, conversationId, say } = await mentioned();
    const id = uuidv7();
    const answers = await Promise.all(Array.from({ length: 20 }, () => say('Once', id)));
    expect(new Set(answers.map(({ turn }) => turn?.userMessage?.id)).size).toBe(1);
    expect(answers.filter(({ turn }) => turn?.replayed === false)).toHaveLength(1);
    await setMode(owner, conversationId, 'always');
    expect(await say('Once', id)).toMatchObject({ task: null, turn: { replayed: true, generationId: '' } });
    const answered = uuidv7();
    const before = await say('Answered', answered);
    await setMode(owner, conversationId, 'mentioned');
    expect((await say('Answered', answered)).turn?.generationId).toBe(before.turn?.generationId);
    expect((await refusal(say('Something else', id))).reason).toBe('IDEMPOTENCY_CONFLICT');
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, owner);
    expect(messages).toHaveLength(5);
  });

  it('keeps readers and strangers from writing, and readers from changing the mode', async () => {
    const { owner, conversationId, say } = await mentioned();
    const reader = chat.newUser();
    await chat.client.unary('SetMember', { conversationId, userId: reader.userId, role: 'reader' }, owner);
    expect((await refusal(say('x', uuidv7(), reader))).reason).toBe('PERMISSION_DENIED');
    expect((await refusal(setMode(reader, conversationId, 'always'))).reason).toBe('PERMISSION_DENIED');
    expect((await refusal(say('x', uuidv7(), chat.newUser()))).reason).toBe('RESOURCE_NOT_FOUND');
  });
});
