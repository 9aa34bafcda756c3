import type { ListMessagesRequest } from '@chatbot/proto/chatbot/chat/v1/ListMessagesRequest';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { growBranch } from './grow-branch.ts';
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

function list(caller: Caller, request: ListMessagesRequest) {
  return chat.client.unary('ListMessages', request, caller);
}

async function regenerate(caller: Caller, messageId: string, content: string) {
  const turn = turnIds(await chat.client.unary('RegenerateReply', { messageId, clientMessageId: uuidv7() }, caller));
  await complete(chat, { generationId: turn.generationId, content });
  return turn;
}

describe('ListMessages around a message', () => {
  it('returns its neighbours, and cursors to both ends of the branch', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId } = await exchange(chat, { caller, content: '0', reply: '1' });
    await growBranch(chat, { leafId: assistantMessageId, count: 5_000 });
    const all = await list(caller, { conversationId, limit: 1 });
    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    const leafId = present(conversation).activeLeafId;
    expect(all.messages).toHaveLength(1);
    const tail = await list(caller, { conversationId, leafId, limit: 10 });
    const aroundId = present(tail.messages[0]).id;

    const window = await list(caller, { conversationId, aroundId, limit: 8 });
    expect(window.leafId).toBe(leafId);
    const texts = window.messages.map(({ content }) => content);
    expect(texts).toEqual(['4989', '4990', '4991', '4992', '4993', '4994', '4995', '4996']);

    const newer = await list(caller, { conversationId, leafId, cursor: window.previousCursor, limit: 3 });
    expect(newer.messages.map(({ content }) => content)).toEqual(['4997', '4998', '4999']);
    const newest = await list(caller, { conversationId, leafId, cursor: newer.previousCursor, limit: 3 });
    expect(newest.messages.map(({ content }) => content)).toEqual(['5000', '5001']);
    expect(newest.previousCursor).toBe('');
    const back = await list(caller, { conversationId, leafId, cursor: newer.nextCursor, limit: 2 });
    expect(back.messages.map(({ content }) => content)).toEqual(['4995', '4996']);
    const older = await list(caller, { conversationId, leafId, cursor: window.nextCursor, limit: 2 });
    expect(older.messages.map(({ content }) => content)).toEqual(['4987', '4988']);
  });

  it('stays on the active branch when the message is on it, else follows the newest messages', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: 'Q', reply: 'old' });
    const { conversationId } = first;
    const below = await exchange(chat, { caller, conversationId, content: 'more', reply: 'end of old' });
    const other = await regenerate(caller, first.assistantMessageId, 'new');
    const leafOf = async (aroundId: string) => (await list(caller, { conversationId, aroundId })).leafId;
    expect(await leafOf(first.userMessageId)).toBe(other.assistantMessageId);
    expect(await leafOf(first.assistantMessageId)).toBe(below.assistantMessageId);

    const { conversation } = await chat.client.unary('GetConversation', { conversationId }, caller);
    const { version } = present(conversation);
    const change = { conversationId, version, activeLeafId: below.assistantMessageId };
    const chosen = await chat.client.unary('UpdateConversation', change, caller);
    expect(chosen.conversation).toMatchObject({ activeLeafId: below.assistantMessageId });
    expect(await leafOf(first.userMessageId)).toBe(below.assistantMessageId);
  });

  it('finds nothing around a message of another conversation, and takes no cursor or leaf beside it', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: leafId } = await exchange(chat, { caller });
    const { userMessageId: aroundId } = await exchange(chat, { caller });
    expect((await refusal(list(caller, { conversationId, aroundId }))).reason).toBe('RESOURCE_NOT_FOUND');
    const both = await refusal(list(caller, { conversationId, aroundId: leafId, leafId }));
    expect(both.reason).toBe('VALIDATION_FAILED');
  });
});

describe('a listed message', () => {
  it('names its siblings, first messages too', async () => {
    const caller = chat.newUser();
    const first = await exchange(chat, { caller, content: 'Q' });
    const { conversationId } = first;
    const second = await regenerate(caller, first.assistantMessageId, 'again');
    const edit = { messageId: first.userMessageId, content: 'Q2', clientMessageId: uuidv7() };
    const edited = turnIds(await chat.client.unary('EditMessage', edit, caller));
    const { messages } = await list(caller, { conversationId, leafId: second.assistantMessageId });
    expect(messages.map(({ siblingIds }) => siblingIds)).toEqual([
      [first.userMessageId, edited.userMessageId],
      [first.assistantMessageId, second.assistantMessageId],
    ]);
    expect((await list(caller, { conversationId })).messages).toHaveLength(5);
  });

  it('says what a reply was asked for with', async () => {
    const caller = chat.newUser();
    const parameters = { temperature: 0.5, maxTokens: 100, seed: 7, stop: ['END'] };
    const { conversationId, generationId } = await post(chat, { caller, persona: 'creative', parameters });
    const timings = { queuedMs: 1, loadMs: 2, firstTokenMs: 3, totalMs: 4 };
    const usage = { promptTokens: 10, completionTokens: 20 };
    await complete(chat, { generationId, model: 'big:7b', usage, timings });
    const { messages } = await list(caller, { conversationId });
    expect(messages[0]).toMatchObject({ persona: '', parameters: null });
    expect(messages[1]).toMatchObject({ persona: 'creative', model: 'big:7b', usage, timings, parameters });
  });
});

describe('SetFeedback', () => {
  it('is kept for each reader, changed and taken back', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: messageId } = await exchange(chat, { caller });
    const member = chat.newUser();
    const membership = { conversationId, userId: member.userId, role: 'reader' };
    await chat.client.unary('SetMember', membership, caller);
    const set = (by: Caller, feedback: object) => chat.client.unary('SetFeedback', { messageId, ...feedback }, by);
    const seenBy = async (by: Caller) => (await list(by, { conversationId })).messages[1]?.feedback;
    await set(caller, { rating: 'down', comment: ' Wrong year ' });
    await set(member, { rating: 'up' });
    expect(await seenBy(caller)).toEqual({ rating: 'down', comment: 'Wrong year' });
    expect(await seenBy(member)).toEqual({ rating: 'up', comment: '' });
    await set(caller, { rating: 'up' });
    expect(await seenBy(caller)).toEqual({ rating: 'up', comment: '' });
    for (let repeat = 0; repeat < 2; repeat++) await set(caller, { rating: '' });
    expect(await seenBy(caller)).toBeNull();
    expect(await seenBy(member)).toEqual({ rating: 'up', comment: '' });
  });

  it('is refused on what a person wrote, and for an unknown rating', async () => {
    const caller = chat.newUser();
    const { userMessageId, assistantMessageId } = await exchange(chat, { caller });
    const set = (messageId: string, rating: string) =>
      refusal(chat.client.unary('SetFeedback', { messageId, rating }, caller));
    expect((await set(userMessageId, 'up')).reason).toBe('VALIDATION_FAILED');
    expect((await set(assistantMessageId, 'great')).reason).toBe('VALIDATION_FAILED');
  });
});

describe('the branch that a member chose', () => {
  it('is theirs alone, and over when somebody writes', async () => {
    const owner = chat.newUser();
    const member = chat.newUser();
    const first = await exchange(chat, { caller: owner, content: 'Q', reply: 'old' });
    const { conversationId } = first;
    const other = await regenerate(owner, first.assistantMessageId, 'new');
    await chat.client.unary('SetMember', { conversationId, userId: member.userId, role: 'reader' }, owner);
    const leafFor = async (by: Caller) =>
      present((await chat.client.unary('GetConversation', { conversationId }, by)).conversation);
    const { version } = await leafFor(member);
    const change = { conversationId, version, activeLeafId: first.assistantMessageId };
    const { conversation } = await chat.client.unary('UpdateConversation', change, member);
    expect(conversation).toMatchObject({ activeLeafId: first.assistantMessageId });
    expect(await leafFor(member)).toMatchObject({ activeLeafId: first.assistantMessageId });
    expect(await leafFor(owner)).toMatchObject({ activeLeafId: other.assistantMessageId });
    const next = await exchange(chat, { caller: owner, conversationId, content: 'on' });
    expect(await leafFor(member)).toMatchObject({ activeLeafId: next.assistantMessageId });
  });

  it('must end in a message of the conversation', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const { assistantMessageId: activeLeafId } = await exchange(chat, { caller });
    const change = { conversationId, version: 2, activeLeafId };
    const error = await refusal(chat.client.unary('UpdateConversation', change, caller));
    expect(error).toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field: 'activeLeafId' }] });
  });
});
