import type { CheckpointGenerationRequest } from '@chatbot/proto/chatbot/chat/v1/CheckpointGenerationRequest';
import { toTimestamp } from '@chatbot/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { growBranch } from './grow-branch.ts';
import {
  asService,
  asUnlisted,
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

function checkpoint(request: CheckpointGenerationRequest) {
  return chat.client.unary('CheckpointGeneration', { fence: 1, model: 'demo', ...request }, asService());
}

/** The task of a generation, as somebody who takes it over sees it. */
async function taskOf(generationId: string) {
  return present((await chat.client.unary('GetGenerationTask', { generationId }, asService())).task);
}

describe('CheckpointGeneration', () => {
  it('stores the text so far and moves the reply from pending to streaming', async () => {
    const caller = chat.newUser();
    const { generationId, conversationId } = await post(chat, { caller });
    await checkpoint({ generationId, seq: 3, content: 'The sky' });
    const { generation } = await chat.client.unary('GetGeneration', { generationId }, caller);
    expect(generation).toMatchObject({ status: 'streaming', seq: 3, content: 'The sky', model: 'demo', endedAt: null });
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages[1]).toMatchObject({ status: 'streaming', contentSeq: 3, content: 'The sky', version: 2 });
  });

  it('changes nothing with an older or an equal seq', async () => {
    const caller = chat.newUser();
    const { generationId, conversationId } = await post(chat, { caller });
    await checkpoint({ generationId, seq: 5, content: 'Five' });
    const before = await chat.client.unary('ListMessages', { conversationId }, caller);
    await checkpoint({ generationId, seq: 4, content: 'Four' });
    await checkpoint({ generationId, seq: 5, content: 'Other five' });
    expect(await chat.client.unary('ListMessages', { conversationId }, caller)).toEqual(before);
  });

  it('refuses a fence below the highest seen, also one seen with an older seq', async () => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    await checkpoint({ generationId, fence: 2, seq: 5, content: 'Five' });
    expect((await refusal(checkpoint({ generationId, fence: 1, seq: 6, content: 'Zombie' }))).reason).toBe(
      'GENERATION_FENCED',
    );
    await checkpoint({ generationId, fence: 3, seq: 5, content: 'Five' });
    expect((await refusal(checkpoint({ generationId, fence: 2, seq: 6, content: 'Zombie' }))).reason).toBe(
      'GENERATION_FENCED',
    );
    expect(await taskOf(generationId)).toMatchObject({ generation: { seq: 5, content: 'Five' } });
  });

  it('does not touch a generation that has ended', async () => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    const { message } = await complete(chat, { generationId, seq: 5, content: 'The end' });
    await checkpoint({ generationId, fence: 1, seq: 6, content: 'After the end' });
    expect(await taskOf(generationId)).toMatchObject({
      generation: { seq: 5, content: 'The end', status: 'completed' },
    });
    expect(message).toMatchObject({ content: 'The end' });
  });

  it('stores what a model writes, U+0000 as U+FFFD', async () => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    await checkpoint({ generationId, seq: 1, content: 'a\u0000b' });
    expect((await taskOf(generationId)).generation).toMatchObject({ content: 'a\ufffdb' });
  });
});

describe('CompleteGeneration', () => {
  const end = {
    fence: 1,
    seq: 8,
    content: 'All of it',
    model: 'demo',
    usage: { promptTokens: 12, completionTokens: 34 },
    timings: { queuedMs: 0, loadMs: 1.5, firstTokenMs: 20.25, totalMs: 1000 },
  };

  it('stores the end in the generation, the message and the conversation', async () => {
    const caller = chat.newUser();
    const { generationId, conversationId, assistantMessageId, response } = await post(chat, { caller });
    const answer = await complete(chat, { generationId, ...end });

    const { usage, timings } = end;
    const common = { status: 'completed', model: 'demo', usage, timings, content: 'All of it', problemJson: '' };
    expect(answer.generation).toMatchObject({ ...common, seq: 8, messageId: assistantMessageId });
    expect(answer.generation?.endedAt).not.toBeNull();
    expect(answer.message).toMatchObject({ ...common, contentSeq: 8, version: 2 });
    expect(answer.conversation).toMatchObject({ id: conversationId, version: 2 });
    expect((await chat.client.unary('GetGeneration', { generationId }, caller)).generation).toEqual(answer.generation);
    expect((await chat.client.unary('GetConversation', { conversationId }, caller)).conversation).toEqual(
      answer.conversation,
    );
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, caller);
    expect(messages.map(asUnlisted)).toEqual([response.turn?.userMessage, answer.message]);
  });

  it.each(['stopped', 'interrupted', 'failed'])('stores %s with its problem', async (status) => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    const problem = { title: 'The model server cannot be reached', status: 503, reason: 'MODEL_UNAVAILABLE' };
    const problemJson = JSON.stringify(problem);
    const { generation, message } = await complete(chat, { generationId, status, problemJson });
    expect([generation?.status, message?.status]).toEqual([status, status]);
    expect(JSON.parse(present(message).problemJson)).toEqual(problem);
    expect(generation?.problemJson).toBe(message?.problemJson);
  });

  it('returns what is stored for a repeat, also a different one', async () => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    const first = await complete(chat, { generationId, ...end });
    expect(await complete(chat, { generationId, ...end })).toEqual(first);
    expect(await complete(chat, { generationId, fence: 7, seq: 99, content: 'Else', status: 'failed' })).toEqual(first);
  });

  it('lets one of twenty different ends win and returns it to all', async () => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => complete(chat, { generationId, content: `End ${index}` })),
    );
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]?.message).toMatchObject({ version: 2 });
  });

  it('is refused below the highest fence seen, before and after the end', async () => {
    const { generationId } = await post(chat, { caller: chat.newUser() });
    await checkpoint({ generationId, fence: 5, seq: 1, content: 'Owner' });
    expect((await refusal(complete(chat, { generationId, fence: 4 }))).reason).toBe('GENERATION_FENCED');
    await complete(chat, { generationId, fence: 5, content: 'Owner’s end' });
    expect((await refusal(complete(chat, { generationId, fence: 4 }))).reason).toBe('GENERATION_FENCED');
    expect((await taskOf(generationId)).generation).toMatchObject({ content: 'Owner’s end', status: 'completed' });
  });

  it('racing checkpoints: the end stays, whatever comes before or after it', async () => {
    for (let round = 0; round < 10; round++) {
      const { generationId } = await post(chat, { caller: chat.newUser() });
      await Promise.all([
        ...Array.from({ length: 8 }, (_, seq) => checkpoint({ generationId, seq: seq + 1, content: `Part ${seq}` })),
        complete(chat, { generationId, seq: 9, content: 'The end' }),
      ]);
      const { generation } = await taskOf(generationId);
      expect(generation).toMatchObject({ status: 'completed', seq: 9, content: 'The end' });
    }
  });

  it('racing a takeover: a zombie’s end and the new owner’s checkpoint leave one consistent state', async () => {
    for (let round = 0; round < 10; round++) {
      const { generationId } = await post(chat, { caller: chat.newUser() });
      const [zombie, owner] = await Promise.allSettled([
        complete(chat, { generationId, fence: 1, content: 'Zombie’s end' }),
        checkpoint({ generationId, fence: 2, seq: 3, content: 'Owner' }),
      ]);
      expect(owner.status).toBe('fulfilled');
      const { generation } = await taskOf(generationId);
      if (zombie.status === 'fulfilled') {
        expect(generation).toMatchObject({ status: 'completed', content: 'Zombie’s end' });
      } else {
        expect(zombie.reason).toMatchObject({ reason: 'GENERATION_FENCED' });
        expect(generation).toMatchObject({ status: 'streaming', content: 'Owner' });
      }
    }
  });
});

describe('GetGenerationTask', () => {
  it('returns what PostMessage returned, and the stored text when it is taken over', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller, content: 'One', reply: 'First' });
    const parameters = { topP: 0.5, seed: 7, maxTokens: 100 };
    const { generationId, response } = await post(chat, { caller, conversationId, content: 'Two', parameters });
    expect(await taskOf(generationId)).toEqual(response.task);
    await checkpoint({ generationId, seq: 4, content: 'Sec' });
    const task = await taskOf(generationId);
    expect(task.generation).toMatchObject({ seq: 4, content: 'Sec', status: 'streaming' });
    expect(task.context).toEqual(response.task?.context);
  });

  it('keeps the newest thousand messages of a long branch', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId } = await exchange(chat, { caller, content: '0', reply: '1' });
    await growBranch(chat, { leafId: assistantMessageId, count: 1_000 });
    const { generationId, response } = await post(chat, { caller, conversationId, content: '1002' });
    const expected = Array.from({ length: 1_000 }, (_, index) => String(index + 3));
    expect(response.task?.context.map(({ content }) => content)).toEqual(expected);
    expect((await taskOf(generationId)).context).toEqual(response.task?.context);
  });
});

describe('ListUnfinishedGenerations', () => {
  it('returns those without an end that are old enough, oldest first, without the trash', async () => {
    const caller = chat.newUser();
    const first = await post(chat, { caller });
    const second = await post(chat, { caller });
    const ended = await exchange(chat, { caller });
    const trashed = await post(chat, { caller });
    await chat.client.unary('DeleteConversation', { conversationId: trashed.conversationId }, caller);

    const list = async (createdBefore: Date, limit = 1_000) => {
      const request = { createdBefore: toTimestamp(createdBefore), limit };
      return (await chat.client.unary('ListUnfinishedGenerations', request, asService())).generationIds;
    };
    const later = new Date(Date.now() + 60_000);
    const ids = await list(later);
    expect(ids.filter((id) => id === first.generationId || id === second.generationId)).toEqual([
      first.generationId,
      second.generationId,
    ]);
    expect(ids).not.toContain(ended.generationId);
    expect(ids).not.toContain(trashed.generationId);
    expect(await list(later, 1)).toEqual(ids.slice(0, 1));
    expect(await list(new Date(0))).toEqual([]);
  });
});

describe('a generation that does not exist', () => {
  it('is not found by any of the rpcs for services', async () => {
    const generationId = uuidv7();
    const refusals = await Promise.all(
      [
        taskOf(generationId),
        checkpoint({ generationId, seq: 1 }),
        complete(chat, { generationId }),
        chat.client.unary('SetGeneratedTitle', { conversationId: uuidv7(), title: 'x' }, asService()),
      ].map(refusal),
    );
    expect(refusals.map(({ reason }) => reason)).toEqual(refusals.map(() => 'RESOURCE_NOT_FOUND'));
  });
});
