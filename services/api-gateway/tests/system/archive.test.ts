import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conversationSchema } from '../../src/clients/resources/conversation.ts';
import { sharedConversationSchema, shareSchema } from '../../src/clients/resources/share.ts';
import { importItemSchema, importSummarySchema } from '../../src/imports/import-file.ts';
import { type Account, callApi, createAccount } from '../support/account.ts';
import { namedByModel } from '../support/conversation.ts';

let sim: OllamaSim;
let system: System;

beforeAll(async () => {
  sim = await startOllamaSim({ models: { 'short:latest': { kind: 'scripted', text: '<b>A reply.</b>' } } });
  system = await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: 'short:latest' } });
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

async function withConversation(): Promise<{ account: Account; id: string }> {
  const account = await createAccount(system.url);
  using device = await account.connect();
  const turn = await device.send({ content: 'A question' });
  await device.ended(turn.generationId);
  await namedByModel(account, turn.conversationId, 'A question');
  return { account, id: turn.conversationId };
}

const summary = importSummarySchema.extend({ items: z.array(importItemSchema) });

function upload(
  account: Account,
  file: string | Buffer | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${system.url}/api/v1/conversations/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json', ...headers },
    body: file,
    ...(signal !== undefined && { signal }),
    // A body that is a stream is sent while the answer is on its way.
    ...({ duplex: 'half' } as object),
  });
}

function fileOf(count: number, text = 'text'): string {
  const conversations = Array.from({ length: count }, (_, index) => ({
    title: `Number ${index}`,
    messages: [{ id: 'a', parentId: null, role: 'user', content: `${text} ${index}` }],
  }));
  return JSON.stringify({ format: 'chatbot.conversations', version: 1, conversations });
}

async function titles(account: Account): Promise<string[]> {
  const { body } = await account.request('GET', '/conversations?limit=100');
  return z
    .object({ items: z.array(conversationSchema) })
    .parse(body)
    .items.map(({ title }) => title);
}

describe('a shared link', () => {
  it('shows a frozen branch to anybody, to no search engine and no cache, until it is revoked', async () => {
    const { account, id } = await withConversation();
    const made = await account.request('POST', `/conversations/${id}/share`, { expiresInHours: 1 });
    expect(made.status).toBe(201);
    const { token, id: shareId } = shareSchema.extend({ token: z.string() }).parse(made.body);
    const shown = await callApi(system.url, 'GET', `/api/v1/shared/${token}`);
    expect(sharedConversationSchema.parse(shown.body).messages).toMatchObject([
      { role: 'user', content: 'A question' },
      { role: 'assistant', content: '<b>A reply.</b>' },
    ]);
    expect(shown.headers.get('cache-control')).toBe('no-store');
    expect(shown.headers.get('x-robots-tag')).toContain('noindex');
    for (const secret of [account.userId, account.email, id]) expect(JSON.stringify(shown.body)).not.toContain(secret);

    const other = await createAccount(system.url);
    const copy = await other.request('POST', `/shared/${token}/copy`);
    expect(copy).toMatchObject({ status: 201, body: { role: 'owner', memberCount: 1 } });
    expect((await callApi(system.url, 'POST', `/api/v1/shared/${token}/copy`)).status).toBe(401);

    expect((await account.request('DELETE', `/conversations/${id}/shares/${shareId}`)).status).toBe(204);
    expect((await callApi(system.url, 'GET', `/api/v1/shared/${token}`)).status).toBe(404);
    expect((await other.request('POST', `/shared/${token}/copy`)).status).toBe(404);
    expect((await account.request('GET', `/conversations/${id}/shares`)).body).toEqual({ items: [] });
  });
});

describe('an exported file', () => {
  it('is an attachment that no browser runs, in each format', async () => {
    const { account, id } = await withConversation();
    for (const [format, type] of [
      ['json', 'application/json'],
      ['markdown', 'text/markdown'],
      ['html', 'text/html'],
    ] as const) {
      const { status, headers, body } = await account.request('GET', `/conversations/${id}/export?format=${format}`);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toContain(type);
      expect(headers.get('content-disposition')).toMatch(/^attachment; filename="conversation-[\w-]+\.\w+"$/);
      expect(headers.get('content-security-policy')).toContain("sandbox; default-src 'none'");
      expect(typeof body === 'string' ? body : JSON.stringify(body)).toContain('A question');
    }
    expect((await account.request('GET', `/conversations/${id}/export?format=pdf`)).status).toBe(400);
  });

  it('of everything is read back by somebody else as the same conversations', async () => {
    const { account } = await withConversation();
    await upload(account, fileOf(3));
    const { body, headers } = await account.request('GET', '/conversations/export');
    expect(headers.get('content-disposition')).toBe('attachment; filename="conversations.json"');
    const other = await createAccount(system.url);
    const imported = await upload(other, JSON.stringify(body));
    expect(summary.parse(await imported.json())).toMatchObject({ imported: 4, unchanged: 0, failed: 0 });
    expect((await titles(other)).toSorted()).toEqual((await titles(account)).toSorted());
  });
});

describe('an imported file', () => {
  it('is stored conversation by conversation: what fails says why, and a repeat adds nothing', async () => {
    const account = await createAccount(system.url);
    const good = { title: 'Good', messages: [{ id: 'a', parentId: null, role: 'user', content: 'x' }] };
    const file = JSON.stringify([good, { nothing: 'known' }, 7, { ...good, title: 'Also good' }]);
    const first = summary.parse(await (await upload(account, file)).json());
    expect(first).toMatchObject({ imported: 2, unchanged: 0, failed: 2, bytes: file.length });
    expect(first.items.map(({ index, status }) => [index, status])).toEqual([
      [0, 'imported'],
      [1, 'failed'],
      [2, 'failed'],
      [3, 'imported'],
    ]);
    expect(first.items[1]).toMatchObject({ problem: { reason: 'VALIDATION_FAILED' } });
    const again = summary.parse(await (await upload(account, file)).json());
    expect(again).toMatchObject({ imported: 0, unchanged: 2, failed: 2 });
    expect((await titles(account)).toSorted()).toEqual(['Also good', 'Good']);
  });

  it('may be larger than any other body, and tells of each conversation as it is stored', async () => {
    const account = await createAccount(system.url);
    using device = await account.connect();
    const response = await upload(account, fileOf(30, 'x'.repeat(60_000)), { accept: 'application/x-ndjson' });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual([...Array.from({ length: 30 }, () => 'item'), 'done']);
    expect(lines.at(-1)).toMatchObject({ imported: 30, failed: 0 });
    await waitFor(() => device.received('conversation:updated').length >= 30, { description: 'every session hears' });
  });

  it.each([
    ['no JSON at all', '<html>'],
    ['cut off', fileOf(2).slice(0, -20)],
  ])('that is %s is refused, with what came before kept whole', async (_what, file) => {
    const account = await createAccount(system.url);
    const response = await upload(account, file);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ reason: 'VALIDATION_FAILED' });
    const { body } = await account.request('GET', '/conversations/export');
    const { conversations } = z
      .object({ conversations: z.array(z.object({ messages: z.array(z.unknown()) })) })
      .parse(body);
    for (const { messages } of conversations) expect(messages).toHaveLength(1);
  });

  it.each<[string, (cut: AbortController) => Promise<void> | void]>([
    ['the gateway is killed', () => system.restart('api-gateway')],
    ['chat-service is killed', () => system.restart('chat-service')],
    ['its sender goes away', (cut) => cut.abort()],
  ])(
    'is, when %s half-way, there in whole conversations, and complete once it is sent again',
    async (_what, interrupt) => {
      const account = await createAccount(system.url);
      const file = Buffer.from(talksFile(conversationCount));
      const half = file.length / 2;
      const cut = new AbortController();
      let interrupted: Promise<void> | undefined;
      // What comes after the first half is never sent in one case, and in the others when nobody takes it any more.
      const stream = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(file.subarray(0, half));
          await waitFor(async () => (await messageCounts(account)).length > 5, {
            description: 'some are stored',
            timeoutMs: 60_000,
          });
          interrupted = Promise.resolve(interrupt(cut));
          await interrupted;
          controller.enqueue(file.subarray(half));
          controller.close();
        },
      });
      await upload(account, stream, { accept: 'application/x-ndjson' }, cut.signal)
        .then((response) => response.text())
        .catch(() => 'nobody answers');
      await waitFor(() => interrupted !== undefined, { description: 'it is interrupted', timeoutMs: 60_000 });
      await interrupted;

      const stored = await waitFor(() => messageCounts(account), {
        description: 'the system is back',
        timeoutMs: 60_000,
      });
      expect(stored.length).toBeGreaterThan(5);
      expect(new Set(stored)).toEqual(new Set([messagesEach]));
      const again = await waitFor(() => summaryOf(account, file), {
        description: 'it is taken again',
        timeoutMs: 60_000,
      });
      expect(again).toMatchObject({ failed: 0 });
      expect(again.imported + again.unchanged).toBe(conversationCount);
      expect(again.unchanged).toBeGreaterThanOrEqual(stored.length);
      expect(await messageCounts(account)).toEqual(Array.from({ length: conversationCount }, () => messagesEach));
    },
    180_000,
  );
});

const conversationCount = 200;
const messagesEach = 4;

/** An export file of conversations that differ, each of several messages. */
function talksFile(count: number): string {
  const conversations = Array.from({ length: count }, (_unused, index) => ({
    title: `Number ${index}`,
    messages: Array.from({ length: messagesEach }, (_none, place) => ({
      id: `${place}`,
      parentId: place === 0 ? null : `${place - 1}`,
      role: place % 2 === 0 ? 'user' : 'assistant',
      content: `${place} of ${index} ${'y'.repeat(500)}`,
    })),
  }));
  return JSON.stringify({ format: 'chatbot.conversations', version: 1, conversations });
}

/** How many messages each conversation has. Throws while nobody answers. */
async function messageCounts(account: Account): Promise<number[]> {
  const { body } = await account.request('GET', '/conversations/export');
  const { conversations } = z
    .object({ conversations: z.array(z.object({ messages: z.array(z.unknown()) })) })
    .parse(body);
  return conversations.map(({ messages }) => messages.length);
}

/** What became of a file; undefined while one that came before has not been given up. */
async function summaryOf(account: Account, file: Buffer) {
  const response = await upload(account, file);
  const body: unknown = await response.json();
  return response.status === 429 ? undefined : summary.parse(body);
}
