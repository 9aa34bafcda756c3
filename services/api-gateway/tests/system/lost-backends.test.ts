import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type FaultySystem, startFaultySystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conversationSchema } from '../../src/clients/resources/conversation.ts';
import { turnSchema } from '../../src/turns/post-turn.ts';
import { type Account, createAccount, type Device, numbersFrom, textOf } from '../support/account.ts';
import { storedMessage, storedMessages } from '../support/conversation.ts';

let sim: OllamaSim;
let system: FaultySystem;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'gated:latest': { kind: 'scripted', tokens: 60, gateAfterTokens: 20 } } });
  system = await startFaultySystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2,chat-service=2',
    // So long an owner is waited for that may not know yet that Redis was lost.
    env: { DEFAULT_MODEL: 'gated:latest', LEASE_TTL_MS: '30000' },
  });
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const text = numbersFrom(0, 60).join(' ');
const generous = { timeoutMs: 60_000 };

async function conversationsOf(account: Account) {
  const { body } = await account.request('GET', '/conversations');
  return z.object({ items: z.array(conversationSchema) }).parse(body).items;
}

describe('a chat-service that is killed once a message is committed and before it answers', () => {
  it('leaves one message: who sends it again gets the ids of the first time, and one reply', async () => {
    const [first = '', second = ''] = system.gatewayUrls;
    // One gateway uses the chat-service that will die, the other one sees what it stored.
    const apart = [
      ...system.links.find({ from: 'api-gateway', to: 'chat-service-2' }),
      ...system.links.find({ from: 'api-gateway-2', to: 'chat-service' }),
    ];
    for (const link of apart) await link.cut();
    const account = await createAccount(second);
    const database = system.links.find({ from: 'chat-service', to: 'database' });
    for (const link of database) link.blackhole('answers');

    const message = { clientMessageId: randomUUID(), content: `commit ${randomUUID()}` };
    using device = await account.connect({ gateway: first });
    const unanswered = device.emit('message:send', message);
    const [committed] = await waitFor(
      async () => {
        const found = await conversationsOf(account);
        return found.length > 0 && found;
      },
      { description: 'the message is committed', ...generous },
    );
    const restarted = system.restart('chat-service');
    for (const link of database) await link.heal();
    await Promise.all([restarted, unanswered]);

    const turn = await waitFor(
      async () => {
        const ack = await device.emit('message:send', message);
        return ack.ok && turnSchema.parse(ack.data);
      },
      { description: 'the message is acknowledged', ...generous },
    );
    expect(turn.conversationId).toBe(committed?.id);
    expect((await account.request('POST', '/conversations/new/messages', message)).body).toEqual(turn);

    await device.follow(turn.generationId, generous.timeoutMs);
    await waitFor(
      () => {
        sim.release();
        return device.frames(turn.generationId).at(-1)?.type === 'end';
      },
      { description: 'the reply has ended', ...generous },
    );
    expect(await conversationsOf(account)).toHaveLength(1);
    const stored = await storedMessages(account, turn.conversationId);
    expect(stored.map(({ id, content, status }) => [id, content, status])).toEqual([
      [turn.userMessageId, message.content, 'completed'],
      [turn.assistantMessageId, text, 'completed'],
    ]);
    const answered = sim.requests.filter(
      ({ state, messages }) => state === 'done' && messages.some(({ content }) => content === message.content),
    );
    expect(answered).toHaveLength(1);
    for (const link of apart) await link.heal();
  }, 180_000);
});

describe('a Redis that comes back empty in the middle of a reply', () => {
  it('leaves every reader with what is stored, a state that is true, and a conversation that goes on', async () => {
    const [first = '', second = ''] = system.gatewayUrls;
    const account = await createAccount(first);
    using sender = await account.connect({ gateway: first });
    using watcher = await account.connect({ gateway: second });
    const turn = await sender.send({ content: `redis ${randomUUID()}` });
    const { generationId } = turn;
    await watcher.emit('generation:follow', { generationId, lastSeq: 0 });
    for (const device of [sender, watcher]) {
      await waitFor(() => device.text(generationId).trim().endsWith('19'), {
        description: 'the first 20 tokens',
        ...generous,
      });
    }

    // The owner is the last one to hear of it.
    const owner = system.links.find({ from: 'api-gateway', to: 'redis' });
    for (const link of owner) await link.cut();
    await system.redis.stop();
    await system.redis.start();
    using early = await connected(account, second);
    await early.follow(generationId, generous.timeoutMs);
    for (const link of owner) await link.heal();
    sim.release();
    const stored = await waitFor(
      async () => {
        const message = await storedMessage(account, turn, turn.assistantMessageId);
        return message.status !== 'pending' && message.status !== 'streaming' && message;
      },
      { description: 'the reply has ended', ...generous },
    );
    expect(stored.status).toBe('interrupted');
    expect(text.startsWith(stored.content)).toBe(true);
    // The owner still had all that anyone had seen.
    expect(stored.content.startsWith(numbersFrom(0, 20).join(' '))).toBe(true);
    // Who comes late, who never left and who comes back see one text.
    for (const gateway of [first, second]) {
      using reader = await connected(account, gateway);
      await reader.follow(generationId, generous.timeoutMs);
      expect(await shownText(reader, generationId)).toEqual(['interrupted', stored.content]);
    }
    for (const reader of [watcher, early])
      expect(await shownText(reader, generationId)).toEqual(['interrupted', stored.content]);

    const message = { clientMessageId: randomUUID(), content: 'and now?', conversationId: turn.conversationId };
    const next = await waitFor(() => sender.send(message).catch(() => undefined), {
      description: 'a new message is taken',
      ...generous,
    });
    await waitFor(
      () => {
        sim.release();
        return sender.frames(next.generationId).at(-1)?.type === 'end';
      },
      { description: 'a new reply ends', ...generous },
    );
    expect(sender.text(next.generationId)).toBe(text);
    expect(await storedMessage(account, next, next.assistantMessageId)).toMatchObject({
      content: text,
      status: 'completed',
    });
  }, 180_000);
});

function connected(account: Account, gateway: string): Promise<Device> {
  return waitFor(() => account.connect({ gateway }).catch(() => undefined), {
    description: 'the gateway takes clients',
    ...generous,
  });
}

/** How a reply ended for one reader, and with which text: the end may bring the stored one. */
async function shownText(device: Device, generationId: string) {
  const end = await device.ended(generationId, generous.timeoutMs);
  const seen = end.content ?? textOf(device.frames(generationId)).slice(0, end.textLength);
  return [end.status, seen];
}
