import { waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisTyping } from '../src/adapters/redis-typing.ts';
import { asService, complete, exchange, post, refusal, startTestChatService, type TestChatService } from './harness.ts';

let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService();
});
afterAll(() => chat[Symbol.asyncDispose]());

describe('SetTyping', () => {
  it('is seen until it is taken back, by those it names', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const typing = async () =>
      (await chat.client.unary('GetConversationActivity', { conversationId }, caller)).typingUserIds;
    expect(await typing()).toEqual([]);
    const { memberUserIds } = await chat.client.unary('SetTyping', { conversationId, typing: true }, caller);
    expect(memberUserIds).toEqual([caller.userId]);
    expect(await typing()).toEqual([caller.userId]);
    await chat.client.unary('SetTyping', { conversationId, typing: false }, caller);
    expect(await typing()).toEqual([]);
  });
});

describe('typing in Redis', () => {
  it('is forgotten after 6 s, one user at a time', async () => {
    await using typing = await createRedisTyping({ url: chat.redis.url, onConnectionLost: () => {} });
    const conversationId = crypto.randomUUID();
    const nowMs = Date.now();
    await typing.set({ conversationId, userId: 'a', typing: true, nowMs });
    await typing.set({ conversationId, userId: 'b', typing: true, nowMs: nowMs + 3_000 });
    const at = async (ms: number) => (await typing.list({ conversationId, nowMs: nowMs + ms })).toSorted();
    expect(await at(5_999)).toEqual(['a', 'b']);
    expect(await at(6_000)).toEqual(['b']);
    expect(await at(9_000)).toEqual([]);
    await typing.set({ conversationId, userId: 'c', typing: true, nowMs: nowMs + 6_000 });
    expect(await at(5_999)).toEqual(['b', 'c']);
  });
});

describe('GetConversationActivity', () => {
  it('returns the generations without an end, with their text', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: parentId } = await exchange(chat, { caller });
    const first = await post(chat, { caller, conversationId, parentId });
    const second = await post(chat, { caller, conversationId, parentId });
    const { generationId } = first;
    await chat.client.unary('CheckpointGeneration', { generationId, fence: 1, seq: 2, content: 'So far' }, asService());
    const activity = () => chat.client.unary('GetConversationActivity', { conversationId }, caller);
    expect((await activity()).generations).toMatchObject([
      { id: first.generationId, content: 'So far', status: 'streaming', seq: 2 },
      { id: second.generationId, content: '', status: 'pending' },
    ]);
    await complete(chat, { generationId });
    expect((await activity()).generations.map(({ id }) => id)).toEqual([second.generationId]);
  });
});

describe('without Redis', () => {
  it('typing alone fails, at once; it works again when Redis is back', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    const type = () => chat.client.unary('SetTyping', { conversationId, typing: true }, caller);
    await type();
    await chat.redis.stop();

    const startedAtMs = performance.now();
    expect((await refusal(type())).reason).toBe('UNAVAILABLE');
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    const { generationId } = await post(chat, { caller, conversationId });
    const activity = await chat.client.unary('GetConversationActivity', { conversationId }, caller);
    expect(activity).toMatchObject({ typingUserIds: [], generations: [{ id: generationId }] });
    const health = await fetch(`${chat.metricsUrl}/readyz`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      ready: true,
      checks: [
        { name: 'postgres', ok: true },
        { name: 'redis', ok: false },
      ],
    });

    await chat.redis.start();
    await waitFor(type, { description: 'typing works' });
  });

  it('the service starts all the same', async () => {
    const later = await startTestChatService({ REDIS_URL: 'redis://127.0.0.1:1' });
    try {
      await exchange(later, { caller: later.newUser() });
      expect(later.logs()).toContain('redis connection lost');
    } finally {
      await later[Symbol.asyncDispose]();
    }
  });
});
