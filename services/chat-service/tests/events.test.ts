import { randomUUID } from 'node:crypto';
import { createRedisEventPublisher, type DomainEvent, domainEventSchema } from '@chatbot/service-kit';
import { waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../src/adapters/database.ts';
import { createPrismaOutbox } from '../src/adapters/prisma-outbox.ts';
import { complete, exchange, post, refusal, startTestChatService, type TestChatService } from './harness.ts';

let chat: TestChatService;
let redis: Redis;
beforeAll(async () => {
  chat = await startTestChatService();
  redis = new Redis(chat.redis.url);
  redis.on('error', () => {});
});
afterAll(async () => {
  redis.disconnect();
  await chat[Symbol.asyncDispose]();
});

/** What was published about one user. */
async function published(userId: string): Promise<DomainEvent[]> {
  const entries = await redis.xrange('events:chat', '-', '+');
  return entries
    .map(([, fields]) => domainEventSchema.parse(JSON.parse(fields[1] ?? '')))
    .filter((event) => event.userId === userId);
}

function publishedCount(userId: string, count: number): Promise<DomainEvent[]> {
  return waitFor(
    async () => {
      const events = await published(userId);
      return events.length >= count ? events : undefined;
    },
    { description: `${count} events` },
  );
}

describe('what happens is told once it is stored', () => {
  it('a message, and the end of its reply with what it used', async () => {
    const caller = chat.newUser();
    const turn = await post(chat, { caller, persona: 'teacher' });
    const usage = { promptTokens: 11, completionTokens: 22 };
    await complete(chat, { generationId: turn.generationId, status: 'stopped', model: 'demo', usage });
    const events = await publishedCount(caller.userId, 2);
    const common = { v: 1, userId: caller.userId, persona: 'teacher', at: expect.any(String) };
    expect(events).toEqual([
      { ...common, id: turn.userMessageId, type: 'chat.message_posted' },
      {
        ...common,
        id: turn.generationId,
        type: 'chat.generation_ended',
        status: 'stopped',
        model: 'demo',
        ...usage,
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('once, however often it is asked for', async () => {
    const caller = chat.newUser();
    const clientMessageId = randomUUID();
    const turns = await Promise.all(
      Array.from({ length: 10 }, () => post(chat, { caller, clientMessageId, content: 'the same' })),
    );
    const { generationId = '' } = turns[0] ?? {};
    await Promise.all(Array.from({ length: 5 }, () => complete(chat, { generationId })));
    // The marker comes after everything before it.
    await exchange(chat, { caller });
    const events = await publishedCount(caller.userId, 4);
    expect(events.map(({ type }) => type).toSorted()).toEqual([
      'chat.generation_ended',
      'chat.generation_ended',
      'chat.message_posted',
      'chat.message_posted',
    ]);
  });

  it('and not when it was refused', async () => {
    const caller = chat.newUser();
    await refusal(post(chat, { caller, conversationId: randomUUID() }));
    await exchange(chat, { caller });
    expect(await publishedCount(caller.userId, 2)).toHaveLength(2);
  });

  it('later, when Redis was away', async () => {
    const caller = chat.newUser();
    await chat.redis.stop();
    const turn = await post(chat, { caller });
    await chat.redis.start();
    const [event] = await publishedCount(caller.userId, 1);
    expect(event).toMatchObject({ id: turn.userMessageId, type: 'chat.message_posted' });
  });
});

describe('the outbox', () => {
  it('gives each event to one of many takers, and back when it could not be published', async () => {
    await using database = createDatabase({
      url: chat.databaseUrl,
      poolMax: 8,
      statementTimeoutMs: 10_000,
      onConnectionLost: () => {},
    });
    const outbox = createPrismaOutbox(database);
    const userId = randomUUID();
    const ids = Array.from({ length: 60 }, () => randomUUID());
    for (const id of ids) {
      const event = { id, v: 1, type: 'chat.message_posted', at: new Date().toISOString(), userId, persona: 'x' };
      await database.run((prisma) => prisma.outboxEvent.create({ data: { event } }));
    }
    const taken: string[] = [];
    const takers = Array.from({ length: 20 }, (_unused, index) => async () => {
      const publish = async (events: readonly DomainEvent[]) => {
        if (index % 4 === 0) throw new Error('Redis is away');
        taken.push(...events.map((event) => event.id));
      };
      await outbox.take(5, publish).catch(() => undefined);
    });
    await Promise.all(takers.map((take) => take()));
    // The service's own relay takes part in this; together they leave nothing and repeat nothing.
    const all = await waitFor(
      async () => {
        const found = [...taken, ...(await published(userId)).map(({ id }) => id)];
        return found.length >= ids.length ? found : undefined;
      },
      { description: 'all events' },
    );
    expect(all.toSorted()).toEqual(ids.toSorted());
  });
});

describe('when an account is deleted', () => {
  it('its conversations and memberships go, and nothing else', async () => {
    const [leaver, other] = [chat.newUser(), chat.newUser()];
    const own = await exchange(chat, { caller: leaver });
    const trashed = await exchange(chat, { caller: leaver });
    await chat.client.unary('DeleteConversation', { conversationId: trashed.conversationId }, leaver);
    const foreign = await exchange(chat, { caller: other });
    const { conversationId } = foreign;
    await chat.client.unary('SetMember', { conversationId, userId: leaver.userId, role: 'writer' }, other);
    await exchange(chat, { caller: leaver, conversationId, content: 'from a guest' });

    const event = {
      id: leaver.userId,
      userId: leaver.userId,
      v: 1,
      type: 'user.account_deleted',
      at: new Date().toISOString(),
    } as const;
    // Twice, as it may be told.
    await createRedisEventPublisher(redis).publish([event, event]);
    const get = (caller: typeof leaver, id: string) =>
      chat.client.unary('GetConversation', { conversationId: id }, caller).then(
        () => true,
        () => false,
      );
    await waitFor(async () => !(await get(leaver, own.conversationId)), { description: 'the conversation is gone' });
    await waitFor(async () => !(await get(leaver, conversationId)), { description: 'the membership is gone' });
    expect(await get(other, conversationId)).toBe(true);
    const { messages } = await chat.client.unary('ListMessages', { conversationId }, other);
    expect(messages.map(({ content }) => content)).toContain('from a guest');
    await using database = createDatabase({
      url: chat.databaseUrl,
      poolMax: 1,
      statementTimeoutMs: 5_000,
      onConnectionLost: () => {},
    });
    const left = await database.run((prisma) => prisma.conversation.count({ where: { userId: leaver.userId } }));
    expect(left).toBe(0);
  });
});
