import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, callApi, createAccount } from '../support/account.ts';

let sim: OllamaSim;
let system: System;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      // Stays at its fifth token for ever.
      'endless:latest': { kind: 'scripted', tokens: 1_000, gateAfterTokens: 5 },
      'long:latest': { kind: 'scripted', tokens: 300 },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: {
      DEFAULT_MODEL: 'endless:latest',
      QUOTA_GENERATIONS_MAX: '2',
      QUOTA_TOKENS_PER_DAY: '250',
      OLLAMA_PARALLEL: '2',
      OLLAMA_QUEUE_MAX: '2',
      GENERATIONS_PER_USER_MAX: '2',
      // Each round of a wait sends a message; what refuses one shall be a quota.
      RATE_LIMIT_MESSAGES_PER_MINUTE: '100000',
    },
  });
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** Sends a message over REST, to a gateway by its index. */
function send(account: Account, { model = '', gateway = 0 }: { model?: string; gateway?: number } = {}) {
  return callApi(system.gatewayUrls[gateway] ?? '', 'POST', '/api/v1/conversations/new/messages', {
    body: { clientMessageId: randomUUID(), content: 'hello', model },
    headers: { authorization: `Bearer ${account.accessToken}` },
  });
}

async function conversationCount(account: Account): Promise<number> {
  const { body } = await account.request('GET', '/conversations');
  return (body as { items: unknown[] }).items.length;
}

function generationOf({ body }: { body: unknown }): string {
  return (body as { generationId: string }).generationId;
}

describe('an account', () => {
  it('has so many replies at once on all replicas together; one more is refused and nothing of it is stored', async () => {
    const account = await createAccount(system.url);
    const [first, second] = [await send(account), await send(account, { gateway: 1 })];
    expect([first.status, second.status]).toEqual([202, 202]);
    for (const gateway of [0, 1]) {
      const refused = await send(account, { gateway });
      expect(refused).toMatchObject({
        status: 429,
        body: { reason: 'QUOTA_EXCEEDED', metadata: { quota: 'generations', limit: '2', used: '2' } },
      });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('ratelimit')).toMatch(/"generations";r=0$/);
      expect(refused.headers.get('ratelimit-policy')).toContain('"generations";q=2;qu="concurrent-requests"');
    }
    expect(await conversationCount(account)).toBe(2);

    using device = await account.connect({ gateway: system.gatewayUrls[1] ?? '' });
    const ack = await device.emit('message:send', { clientMessageId: randomUUID(), content: 'hello' });
    expect(ack).toMatchObject({ ok: false, problem: { reason: 'QUOTA_EXCEEDED', status: 429 } });

    await account.request('POST', `/generations/${generationOf(first)}/stop`, {});
    const admitted = await waitFor(
      async () => {
        const answer = await send(account);
        return answer.status === 202 ? answer : undefined;
      },
      { description: 'a place is free' },
    );
    for (const answer of [second, admitted]) {
      await account.request('POST', `/generations/${generationOf(answer)}/stop`, {});
    }
  });

  it('has so many tokens a day; a repeated message does not cost twice, and another account has its own', async () => {
    const [account, other] = await Promise.all([createAccount(system.url), createAccount(system.url)]);
    const answer = await send(account, { model: 'long:latest' });
    expect(answer.headers.get('ratelimit')).toMatch(/^"tokens";r=250;t=\d+, "generations";r=2$/);
    const quota = await waitFor(
      async () => {
        const { body } = await account.request('GET', '/users/me/quota');
        const found = body as { tokens: { used: number; resetsAt: string }; generations: { used: number } };
        return found.tokens.used > 0 ? found : undefined;
      },
      { description: 'the tokens are counted' },
    );
    expect(quota).toMatchObject({ tokens: { limit: 250 }, generations: { used: 0, limit: 2 } });
    expect(quota.tokens.used).toBeGreaterThanOrEqual(300);
    expect(quota.tokens.used).toBeLessThan(600);
    const refused = await waitFor(
      async () => {
        const found = await send(account, { model: 'long:latest', gateway: 1 });
        return found.status === 429 ? found : undefined;
      },
      { description: 'it is refused' },
    );
    expect(refused).toMatchObject({ status: 429, body: { reason: 'QUOTA_EXCEEDED', metadata: { quota: 'tokens' } } });
    const secondsToMidnight = (Date.parse(quota.tokens.resetsAt) - Date.now()) / 1_000;
    expect(Math.abs(Number(refused.headers.get('retry-after')) - secondsToMidnight)).toBeLessThan(60);
    expect((await send(other, { model: 'long:latest' })).status).toBe(202);
  });
});

it('full queues refuse replies of all before they are stored, until there is room', async () => {
  const accounts = await Promise.all(Array.from({ length: 3 }, () => createAccount(system.url)));
  const running: { account: Account; generationId: string }[] = [];
  // Two are written, two wait, and what comes on top pushes out or is pushed out until the gateways know.
  for (const account of accounts.slice(0, 2)) {
    for (let time = 0; time < 2; time += 1) {
      running.push({ account, generationId: generationOf(await send(account)) });
    }
  }
  const [, , newcomer] = accounts;
  if (newcomer === undefined) throw new Error('too few accounts');
  const refused = await waitFor(
    async () => {
      const answer = await send(newcomer);
      return answer.status === 429 && (answer.body as { reason: string }).reason === 'RATE_LIMITED'
        ? answer
        : undefined;
    },
    { description: 'the queues are known to be full' },
  );
  expect(refused.body).toMatchObject({ detail: expect.stringContaining('model server is busy') });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const count = await conversationCount(newcomer);
  expect((await send(newcomer)).status).toBe(429);
  expect(await conversationCount(newcomer)).toBe(count);

  for (const { account, generationId } of running)
    await account.request('POST', `/generations/${generationId}/stop`, {});
  await waitFor(async () => (await send(newcomer)).status === 202, { description: 'there is room again' });
});
