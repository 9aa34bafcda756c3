import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asService,
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

describe('a first message', () => {
  it('makes the conversation, the message, the pending reply and the generation, and returns the task', async () => {
    const caller = chat.newUser();
    const { response, ...ids } = await post(chat, {
      caller,
      content: 'Why is the sky blue?\nAnd the sea?',
      persona: 'creative',
      model: 'demo',
      parameters: { temperature: 0.5, stop: ['END'] },
    });

    const turn = present(response.turn);
    expect(turn).toMatchObject({ replayed: false, conversationCreated: true, generationId: ids.generationId });
    expect(turn.conversation).toMatchObject({
      title: 'Why is the sky blue?',
      persona: 'creative',
      model: 'demo',
      version: 1,
      activeLeafId: ids.assistantMessageId,
    });
    expect(turn.userMessage).toMatchObject({
      role: 'user',
      status: 'completed',
      parentId: '',
      authorId: caller.userId,
      content: 'Why is the sky blue?\nAnd the sea?',
    });
    expect(turn.assistantMessage).toMatchObject({
      role: 'assistant',
      status: 'pending',
      parentId: ids.userMessageId,
      generationId: ids.generationId,
      content: '',
    });
    expect(response.task).toMatchObject({
      userId: caller.userId,
      persona: 'creative',
      requestedModel: 'demo',
      titleWanted: true,
      parameters: { temperature: 0.5, stop: ['END'] },
      context: [{ role: 'user', content: 'Why is the sky blue?\nAnd the sea?' }],
      generation: { id: ids.generationId, status: 'pending', seq: 0, messageId: ids.assistantMessageId },
    });
  });

  it('gives the generation the id that the caller has made for it', async () => {
    const generationId = uuidv7();
    const { response } = await post(chat, { caller: chat.newUser(), content: 'hello', generationId });
    expect(present(response.turn).generationId).toBe(generationId);
    expect(present(present(response.task).generation).id).toBe(generationId);
  });

  it('is stored as it was returned', async () => {
    const caller = chat.newUser();
    const { response, conversationId } = await post(chat, { caller });
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    const turn = present(response.turn);
    const [question, reply] = [present(turn.userMessage), present(turn.assistantMessage)];
    expect(conversation).toEqual(turn.conversation);
    // A list alone tells the siblings, and what a reply was asked for with.
    expect(messages).toEqual([
      { ...question, siblingIds: [question.id] },
      { ...reply, siblingIds: [reply.id], persona: 'assistant', parameters: { stop: [] } },
    ]);
  });
});

describe('a further message', () => {
  it('goes below the active leaf and sees the branch above it, without empty replies', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, content: 'One', reply: 'First' });
    const empty = await post(chat, { caller, conversationId, content: 'Two' });
    await complete(chat, { generationId: empty.generationId, content: '', status: 'failed' });
    const cut = await post(chat, { caller, conversationId, content: 'Three' });
    await complete(chat, { generationId: cut.generationId, content: 'Thi', status: 'interrupted' });

    const { response } = await post(chat, { caller, conversationId, content: 'Four' });

    expect(present(response.turn).userMessage).toMatchObject({ parentId: cut.assistantMessageId });
    expect(present(response.task).context.map(({ content }) => content)).toEqual([
      'One',
      'First',
      'Two',
      'Three',
      'Thi',
      'Four',
    ]);
  });

  it('goes below the parent it names', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: 'One', reply: 'First' });
    await exchange(chat, { caller, conversationId: first.conversationId, content: 'Two', reply: 'Second' });
    const { response } = await post(chat, {
      caller,
      conversationId: first.conversationId,
      parentId: first.assistantMessageId,
      content: 'Other two',
    });
    expect(present(response.task).context.map(({ content }) => content)).toEqual(['One', 'First', 'Other two']);
  });

  it('changes persona and model from then on, and keeps them when it names none', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, model: 'small' });
    await exchange(chat, { caller, conversationId, persona: 'analytical', model: 'big' });
    const { response } = await post(chat, { caller, conversationId });
    expect(response.task).toMatchObject({ persona: 'analytical', requestedModel: 'big' });
    expect(present(response.turn).conversation).toMatchObject({ persona: 'analytical', model: 'big' });
  });

  it('is refused while the reply above it is written, and changes nothing', async () => {
    const caller = chat.newUser();
    const { conversationId, generationId } = await post(chat, { caller });
    const pending = await refusal(post(chat, { caller, conversationId }));
    await chat.client.unary('CheckpointGeneration', { generationId, fence: 1, seq: 1, content: 'S' }, asService());
    const streaming = await refusal(post(chat, { caller, conversationId }));
    expect([pending.reason, streaming.reason]).toEqual(['GENERATION_RUNNING', 'GENERATION_RUNNING']);
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages).toHaveLength(2);
  });

  it('is refused below a message of another conversation', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const elsewhere = await exchange(chat, { caller });
    const error = await refusal(post(chat, { caller, conversationId, parentId: elsewhere.assistantMessageId }));
    expect(error.reason).toBe('RESOURCE_NOT_FOUND');
  });

  it('gives an empty conversation its title, unless a person did', async () => {
    const caller = chat.newUser();
    const titled = async (title: string) => {
      const made = await chat.client.unary('CreateConversation', { title }, caller);
      const { response } = await post(chat, {
        caller,
        conversationId: present(made.conversation).id,
        content: 'Hi you',
      });
      return [present(present(response.turn).conversation).title, present(response.task).titleWanted];
    };
    expect(await titled('')).toEqual(['Hi you', true]);
    expect(await titled('Mine')).toEqual(['Mine', false]);
  });
});

describe('the same clientMessageId', () => {
  it('twenty times at once has one effect and twenty equal answers', async () => {
    const caller = chat.newUser();
    const clientMessageId = uuidv7();
    const turns = await Promise.all(Array.from({ length: 20 }, () => post(chat, { caller, clientMessageId })));
    const replayed = turns.map(({ response }) => present(response.turn).replayed);
    expect(replayed.filter((value) => !value)).toHaveLength(1);
    const answers = turns.map(({ response }) => ({ ...present(response.turn), replayed: false }));
    expect(answers).toEqual(Array.from({ length: 20 }, () => answers[0]));
    expect(turns.filter(({ response }) => response.task !== null)).toHaveLength(1);
    const { conversations } = await chat.client.unary('ListConversations', {}, caller);
    expect(conversations).toHaveLength(1);
    const [conversation] = conversations;
    const { messages } = await chat.client.unary('ListMessages', { conversationId: conversation?.id ?? '' }, caller);
    expect(messages).toHaveLength(2);
  });

  it('twenty times at once in one conversation has one effect', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const clientMessageId = uuidv7();
    const turns = await Promise.all(
      Array.from({ length: 20 }, () => post(chat, { caller, conversationId, clientMessageId })),
    );
    expect(new Set(turns.map(({ generationId }) => generationId)).size).toBe(1);
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages).toHaveLength(4);
  });

  it('with other content is a conflict and changes nothing', async () => {
    const caller = chat.newUser();
    const clientMessageId = uuidv7();
    const { conversationId } = await exchange(chat, { caller, clientMessageId });
    const others = [
      { content: 'Other' },
      { conversationId },
      { persona: 'creative' },
      { model: 'big' },
      { parameters: { temperature: 1 } },
    ];
    for (const other of others) {
      const error = await refusal(post(chat, { caller, clientMessageId, ...other }));
      expect(error.reason).toBe('IDEMPOTENCY_CONFLICT');
    }
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages).toHaveLength(2);
  });

  it('of another user is another message', async () => {
    const clientMessageId = uuidv7();
    const first = await post(chat, { caller: chat.newUser(), clientMessageId });
    const second = await post(chat, { caller: chat.newUser(), clientMessageId });
    expect(present(second.response.turn).replayed).toBe(false);
    expect(second.generationId).not.toBe(first.generationId);
  });

  it('returns the turn as it is now, and no task', async () => {
    const caller = chat.newUser();
    const clientMessageId = uuidv7();
    await exchange(chat, { caller, clientMessageId, reply: 'Done' });
    const { response } = await post(chat, { caller, clientMessageId });
    expect(response.task).toBeNull();
    expect(response.turn).toMatchObject({
      replayed: true,
      conversationCreated: true,
      assistantMessage: { content: 'Done', status: 'completed' },
    });
  });
});

describe('many messages at once', () => {
  it('in one conversation: one goes in, the others hear that a reply is being written', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => post(chat, { caller, conversationId })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(reasons).toEqual(
      Array.from({ length: 19 }, () => expect.objectContaining({ reason: 'GENERATION_RUNNING' })),
    );
  });

  it('below one parent: all go in, as siblings', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: parentId } = await exchange(chat, { caller });
    await Promise.all(Array.from({ length: 10 }, () => post(chat, { caller, conversationId, parentId })));
    const { messages } = await chat.client.unary('ListMessages', { conversationId, limit: 200 }, caller);
    expect(messages.filter((message) => message.parentId === parentId)).toHaveLength(10);
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    expect(conversation).toMatchObject({ version: 12 });
  });
});
