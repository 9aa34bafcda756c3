import type { Parameters } from '@chatbot/proto/chatbot/chat/v1/Parameters';
import { v7 as uuidv7 } from 'uuid';
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
  turnIds,
} from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

async function set(caller: Caller, conversationId: string, parameters: Parameters) {
  const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
  const { version } = present(conversation);
  return chat.client.unary('UpdateConversation', { conversationId, version, parameters }, caller);
}

async function get(caller: Caller, conversationId: string) {
  const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
  return valuesOf(present(conversation).parameters);
}

/** Without what the decoder adds to say which fields are there. */
function valuesOf(parameters: Parameters | null | undefined): Parameters {
  return Object.fromEntries(Object.entries(present(parameters)).filter(([name]) => !name.startsWith('_')));
}

/** What its last reply was asked for with, as it is told when it is made, to whoever takes it over, and in lists. */
async function askedWith(caller: Caller, response: Awaited<ReturnType<typeof post>>['response']) {
  const { conversationId, assistantMessageId, generationId } = turnIds(response);
  const { task } = await chat.client.unary('GetGenerationTask', { generationId }, asService());
  const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
  const faces = [
    present(response.task).parameters,
    present(response.turn?.assistantMessage).parameters,
    present(task).parameters,
    present(messages.find(({ id }) => id === assistantMessageId)).parameters,
  ].map(valuesOf);
  for (const face of faces) expect(face).toEqual(faces[0]);
  return faces[0];
}

describe('the parameters of a conversation', () => {
  it('are given when it is made, replaced as a whole, kept by other changes, and cleared', async () => {
    const caller = chat.newUser();
    const made = await chat.client.unary('CreateConversation', { parameters: { temperature: 0.2 } }, caller);
    const { id, parameters } = present(made.conversation);
    expect(valuesOf(parameters)).toEqual({ temperature: 0.2, stop: [] });
    const changed = await set(caller, id, { topP: 0.5, maxTokens: 100, seed: -7, stop: ['END'] });
    const all = { topP: 0.5, maxTokens: 100, seed: -7, stop: ['END'] };
    expect(changed.conversation?.version).toBe(2);
    expect(valuesOf(changed.conversation?.parameters)).toEqual(all);
    await chat.client.unary('UpdateConversation', { conversationId: id, version: 2, title: 'Renamed' }, caller);
    expect(await get(caller, id)).toEqual(all);
    const { conversations } = await chat.client.unary('ListConversations', {}, caller);
    expect(valuesOf(conversations[0]?.parameters)).toEqual(all);
    await set(caller, id, {});
    expect(await get(caller, id)).toEqual({ stop: [] });
  });

  it.each<[string, Parameters]>([
    ['parameters.temperature', { temperature: 2.1 }],
    ['parameters.topP', { topP: 0 }],
    ['parameters.maxTokens', { maxTokens: 32_769 }],
    ['parameters.stop', { stop: Array.from({ length: 9 }, String) }],
    ['parameters.stop.0', { stop: ['\u0000'] }],
  ])('are refused when %s is out of bounds, wherever they are given', async (field, parameters) => {
    const caller = chat.newUser();
    const { conversationId, userMessageId, assistantMessageId } = await exchange(chat, { caller });
    const clientMessageId = uuidv7();
    const calls = [
      chat.client.unary('CreateConversation', { parameters }, caller),
      chat.client.unary('UpdateConversation', { conversationId, version: 2, parameters }, caller),
      chat.client.unary('PostMessage', { clientMessageId, conversationId, content: 'x', parameters }, caller),
      chat.client.unary('EditMessage', { clientMessageId, messageId: userMessageId, content: 'x', parameters }, caller),
      chat.client.unary('RegenerateReply', { clientMessageId, messageId: assistantMessageId, parameters }, caller),
    ];
    for (const refused of await Promise.all(calls.map(refusal))) {
      expect(refused).toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field }] });
    }
  });

  it('are changed by its writers, and read but not changed by its readers', async () => {
    const owner = chat.newUser();
    const { conversationId } = await exchange(chat, { caller: owner });
    const [writer, reader] = [chat.newUser(), chat.newUser()];
    await chat.client.unary('SetMember', { conversationId, userId: writer.userId, role: 'writer' }, owner);
    await chat.client.unary('SetMember', { conversationId, userId: reader.userId, role: 'reader' }, owner);
    await set(writer, conversationId, { temperature: 1.5 });
    expect((await refusal(set(reader, conversationId, {}))).reason).toBe('PERMISSION_DENIED');
    expect((await refusal(set(chat.newUser(), conversationId, {}))).reason).toBe('RESOURCE_NOT_FOUND');
    for (const who of [owner, reader]) expect(await get(who, conversationId)).toEqual({ temperature: 1.5, stop: [] });
  });
});

describe('the parameters of a reply', () => {
  it('are those of its request over those of the conversation, one by one, however it was asked for', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    await set(caller, conversationId, { temperature: 0.25, topP: 0.5, stop: ['END'] });
    const parameters = { temperature: 0, seed: 7, stop: ['HALT'] };
    const both = { temperature: 0, topP: 0.5, seed: 7, stop: ['HALT'] };
    const kept = { temperature: 0.25, topP: 0.5, stop: ['END'] };

    const posted = await post(chat, { caller, conversationId, parameters });
    expect(await askedWith(caller, posted.response)).toEqual(both);
    expect(valuesOf(posted.response.task?.conversationParameters)).toEqual(kept);
    await complete(chat, { generationId: posted.generationId, status: 'stopped' });
    const { userMessageId, assistantMessageId } = posted;
    const edit = { messageId: userMessageId, content: 'Other', clientMessageId: uuidv7() };
    const again = { messageId: assistantMessageId, clientMessageId: uuidv7() };
    const edited = await chat.client.unary('EditMessage', { ...edit, parameters }, caller);
    expect(await askedWith(caller, edited)).toEqual(both);
    const regenerated = await chat.client.unary('RegenerateReply', { ...again, parameters }, caller);
    expect(await askedWith(caller, regenerated)).toEqual(both);

    const alone = [
      await chat.client.unary('EditMessage', { ...edit, clientMessageId: uuidv7() }, caller),
      await chat.client.unary('RegenerateReply', { ...again, clientMessageId: uuidv7() }, caller),
      await chat.client.unary('ContinueReply', { generationId: posted.generationId }, caller),
    ];
    for (const response of alone) expect(await askedWith(caller, response)).toEqual(kept);
    expect(await get(caller, conversationId)).toEqual(kept);
  });

  it('stay what they were when the conversation gets others', async () => {
    const caller = chat.newUser();
    const { conversationId, response } = await post(chat, { caller, parameters: { seed: 1 } });
    await set(caller, conversationId, { seed: 2 });
    expect(await askedWith(caller, response)).toEqual({ seed: 1, stop: [] });
  });

  it('are part of what a repeat must ask for again; those of the conversation are not', async () => {
    const caller = chat.newUser();
    const { conversationId, userMessageId, assistantMessageId } = await exchange(chat, { caller });
    const parameters = { seed: 1 };
    const edit = { messageId: userMessageId, content: 'Other', clientMessageId: uuidv7(), parameters };
    const again = { messageId: assistantMessageId, clientMessageId: uuidv7(), parameters };
    const edited = await chat.client.unary('EditMessage', edit, caller);
    const regenerated = await chat.client.unary('RegenerateReply', again, caller);
    await set(caller, conversationId, { temperature: 1 });
    expect((await chat.client.unary('EditMessage', edit, caller)).turn?.generationId).toBe(edited.turn?.generationId);
    expect((await chat.client.unary('RegenerateReply', again, caller)).turn?.generationId).toBe(
      regenerated.turn?.generationId,
    );
    const other = { parameters: { seed: 2 } };
    const conflicts = [
      chat.client.unary('EditMessage', { ...edit, ...other }, caller),
      chat.client.unary('RegenerateReply', { ...again, ...other }, caller),
    ];
    for (const { reason } of await Promise.all(conflicts.map(refusal))) expect(reason).toBe('IDEMPOTENCY_CONFLICT');
  });
});
