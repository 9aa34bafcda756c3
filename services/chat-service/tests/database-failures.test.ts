import { createStatementCounter, startTcpProxy, type TcpProxy, urlThrough, waitFor } from '@chatbot/testkit';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asService, complete, exchange, post, refusal, startTestChatService, type TestChatService } from './harness.ts';

let proxy: TcpProxy;
let statementCount = 0;
let chat: TestChatService;
beforeAll(async () => {
  chat = await startTestChatService({ DATABASE_STATEMENT_TIMEOUT_MS: '2000' }, async (databaseUrl) => {
    const { hostname: host, port } = new URL(databaseUrl);
    const createTap = () =>
      createStatementCounter(() => {
        statementCount += 1;
      });
    proxy = await startTcpProxy({ target: { host, port: Number(port) }, createTap });
    return urlThrough(proxy, databaseUrl);
  });
});
afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const before = statementCount;
  await work();
  return statementCount - before;
}

const attempts = 12;

/** Health and the outbox are looked after meanwhile, and the slower the machine the more often within a call: so the least of many attempts. */
async function least(work: (attempt: number) => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) counts.push(await statementsOf(() => work(attempt)));
  return Math.min(...counts);
}

/** The status of /readyz and what it says of each check. */
async function readiness() {
  const response = await fetch(`${chat.metricsUrl}/readyz`);
  return { status: response.status, body: await response.text() };
}

describe('the number of statements', () => {
  it('does not grow with what is stored', async () => {
    const caller = chat.newUser();
    const { conversationId, assistantMessageId: leafId } = await exchange(chat, { caller });
    for (let index = 0; index < 5; index++) await exchange(chat, { caller, conversationId });
    const { client } = chat;
    const last = await exchange(chat, { caller, conversationId });
    const branch = { conversationId, parentId: leafId };
    expect(await least(() => client.unary('GetConversation', { conversationId }, caller))).toBe(1);
    expect(await least(() => client.unary('ListConversations', {}, caller))).toBe(1);
    expect(await least(() => client.unary('ListConversations', { unread: true }, caller))).toBe(1);
    expect(await least(() => client.unary('ListMessages', { conversationId }, caller))).toBe(1);
    expect(await least(() => client.unary('ListMessages', { conversationId, leafId }, caller))).toBe(1);
    const around = { conversationId, aroundId: leafId };
    expect(await least(() => client.unary('ListMessages', around, caller))).toBe(3);
    expect(await least(() => client.unary('SearchMessages', { text: 'hello' }, caller))).toBe(1);
    expect(await least(() => client.unary('ListConversations', { sort: 'title', tag: 'x' }, caller))).toBe(1);
    expect(await least(() => post(chat, { caller }))).toBe(1);
    expect(await least(() => post(chat, { caller, ...branch }))).toBe(1);
    expect(await least(() => client.unary('GetGeneration', last, caller))).toBe(1);
    expect(await least(() => client.unary('GetGenerationTask', last, asService()))).toBe(1);
    expect(await least(() => client.unary('GetConversationActivity', { conversationId }, caller))).toBe(2);
  });

  it('does not grow with members, folders, tags, personas, links, changes or what is in the trash', async () => {
    const caller = chat.newUser();
    const { client } = chat;
    const { conversationId } = await exchange(chat, { caller });
    const stored = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const name = `${count} ${index}`;
        await client.unary('SetMember', { conversationId, userId: chat.newUser().userId, role: 'writer' }, caller);
        await client.unary('CreateFolder', { name }, caller);
        await client.unary('CreatePersona', { name, description: '', prompt: 'Talk.', parameters: {} }, caller);
        await client.unary('CreateInvite', { conversationId, role: 'reader', lifeSeconds: 3_600 }, caller);
        await client.unary('CreateShare', { conversationId }, caller);
        const trashed = await exchange(chat, { caller });
        await client.unary('DeleteConversation', { conversationId: trashed.conversationId }, caller);
      }
    };
    const { cursor } = await client.unary('ListChanges', {}, caller);
    const counts = async () => ({
      members: await least(() => client.unary('ListMembers', { conversationId }, caller)),
      folders: await least(() => client.unary('ListFolders', {}, caller)),
      tags: await least(() => client.unary('ListTags', {}, caller)),
      personas: await least(() => client.unary('ListPersonas', {}, caller)),
      invites: await least(() => client.unary('ListInvites', { conversationId }, caller)),
      shares: await least(() => client.unary('ListShares', { conversationId }, caller)),
      trash: await least(() => client.unary('ListConversations', { trashed: true }, caller)),
      changes: await least(() => client.unary('ListChanges', { cursor, conversationId }, caller)),
    });
    await stored(1);
    const withOne = await counts();
    await stored(2);
    expect(await counts()).toEqual(withOne);
    expect(Math.max(...Object.values(withOne))).toBeLessThanOrEqual(5);
  });

  it('is one for a checkpoint and one for an end', async () => {
    const caller = chat.newUser();
    const generationIds: string[] = [];
    for (let index = 0; index < attempts; index += 1) generationIds.push((await post(chat, { caller })).generationId);
    const checkpoint = (attempt: number) => {
      const request = { generationId: generationIds[attempt] ?? '', fence: 1, seq: 1, content: 'So far' };
      return chat.client.unary('CheckpointGeneration', request, asService());
    };
    expect(await least(checkpoint)).toBe(1);
    expect(await least((attempt) => complete(chat, { generationId: generationIds[attempt] ?? '' }))).toBe(1);
  });
});

describe('while Postgres is away', () => {
  it('calls fail at once as unavailable, readiness goes, and both come back by themselves', async () => {
    const caller = chat.newUser();
    const { conversationId } = await exchange(chat, { caller });
    await proxy.cut();
    try {
      const startedAtMs = performance.now();
      const refusals = await Promise.all([
        refusal(post(chat, { caller })),
        refusal(chat.client.unary('GetConversation', { conversationId }, caller)),
        refusal(chat.client.unary('ListMessages', { conversationId }, caller)),
      ]);
      expect(refusals.map(({ reason }) => reason)).toEqual(refusals.map(() => 'UNAVAILABLE'));
      expect(performance.now() - startedAtMs).toBeLessThan(3_000);
      expect(await readiness()).toMatchObject({ status: 503 });
    } finally {
      await proxy.heal();
    }
    await waitFor(async () => (await readiness()).status === 200, { description: 'ready again' });
    expect((await chat.client.unary('GetConversation', { conversationId }, caller)).conversation).not.toBeNull();
  });

  it('a message whose answer was lost is stored once when it is sent again', async () => {
    const caller = chat.newUser();
    const clientMessageId = uuidv7();
    const lost = post(chat, { caller, clientMessageId });
    await proxy.cut();
    await lost.catch(() => {});
    await proxy.heal();
    await waitFor(() => post(chat, { caller, clientMessageId }), { description: 'the message is taken' });
    expect((await chat.client.unary('ListConversations', {}, caller)).conversations).toHaveLength(1);
  });
});

describe('when Postgres does not answer', () => {
  it('calls end with a deadline instead of hanging', async () => {
    const caller = chat.newUser();
    await exchange(chat, { caller });
    proxy.blackhole();
    try {
      const error = await refusal(chat.client.unary('ListConversations', {}, caller));
      expect(['DEADLINE_EXCEEDED', 'UNAVAILABLE']).toContain(error.reason);
    } finally {
      await proxy.heal();
    }
    await waitFor(() => chat.client.unary('ListConversations', {}, caller), { description: 'an answer' });
  });
});
