import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type FaultySystem, startFaultySystem, type TcpProxy, waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Account, createAccount, numbersFrom } from '../support/account.ts';
import { storedMessage } from '../support/conversation.ts';

let sim: OllamaSim;
let system: FaultySystem;
let account: Account;

const services = ['api-gateway', 'user-service', 'chat-service', 'ai-service'];
const databaseUsers = ['user-service', 'chat-service'];

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      'gated:latest': { kind: 'scripted', tokens: 60, gateAfterTokens: 20 },
      'short:latest': { kind: 'scripted', tokens: 3 },
    },
  });
  system = await startFaultySystem({
    ollamaUrl: sim.url,
    env: { DEFAULT_MODEL: 'gated:latest', READ_DEADLINE_MS: '2000' },
  });
  account = await createAccount(system.url);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const text = numbersFrom(0, 60).join(' ');
/** Much longer than any call may take: what is shown is an answer instead of a hang, on a machine of any speed. */
const answerTimeoutMs = 30_000;
/** After which a service that says nothing is given up, if nobody gives up before. */
const callTimeoutMs = 5_000;

const outages: [string, (link: TcpProxy) => Promise<void> | void][] = [
  ['refuses connections', (link) => link.cut()],
  ['does not answer', (link) => link.blackhole()],
];

describe.each(outages)('while Postgres %s', (_name, begin) => {
  it('calls end with a problem, readiness goes, a running reply goes on; all of it heals and no process ends', async () => {
    const pids = services.map((name) => system.process(name).pid);
    using device = await account.connect();
    const turn = await device.send({ content: `outage ${randomUUID()}` });
    await waitFor(() => device.text(turn.generationId).trim().endsWith('19'), { description: 'the first 20 tokens' });

    const links = system.links.find({ to: 'database' });
    for (const link of links) await begin(link);
    try {
      for (const { status, reason, type } of await Promise.all(callsThatNeedTheDatabase(turn.conversationId))) {
        expect(type).toContain('application/problem+json');
        expect([503, 504]).toContain(status);
        expect(['UNAVAILABLE', 'DEADLINE_EXCEEDED']).toContain(reason);
      }
      await waitForReadiness(503);
      // Being alive depends on nobody else: a restart would mend nothing and cost the replies that run.
      expect(await statusesOf(services, '/healthz')).toEqual(services.map(() => 200));
      sim.release();
      await waitFor(() => device.text(turn.generationId) === text, { description: 'the whole text' });
    } finally {
      await Promise.all(links.map((link) => link.heal()));
    }

    await waitForReadiness(200);
    expect(await device.ended(turn.generationId, 60_000)).toMatchObject({ status: 'completed' });
    expect(await storedMessage(account, turn, turn.assistantMessageId)).toMatchObject({
      content: text,
      status: 'completed',
    });
    const next = await device.send({ content: `afterwards ${randomUUID()}`, model: 'short:latest' });
    expect(await device.ended(next.generationId)).toMatchObject({ status: 'completed' });
    expect(system.exits()).toEqual([]);
    expect(services.map((name) => system.process(name).pid)).toEqual(pids);
  }, 180_000);
});

it('a read is answered at its deadline while Postgres does not answer, not when the services give up', async () => {
  const links = system.links.find({ to: 'database' });
  for (const link of links) link.blackhole();
  try {
    const startedAtMs = performance.now();
    const reads = ['/conversations', '/search?q=word', '/tags', '/users/me'];
    const answers = await Promise.all(reads.map((path) => answerTo('GET', path)));
    expect(performance.now() - startedAtMs).toBeLessThan(callTimeoutMs);
    expect(answers.map(({ status }) => status)).toEqual(reads.map(() => 504));
  } finally {
    await Promise.all(links.map((link) => link.heal()));
  }
  await waitForReadiness(200);
});

/** One of each kind: reading, writing, and what user-service does. */
function callsThatNeedTheDatabase(conversationId: string) {
  const { email, password } = account;
  const message = { clientMessageId: randomUUID(), content: 'lost', model: 'short:latest' };
  return [
    answerTo('GET', '/conversations'),
    answerTo('GET', `/conversations/${conversationId}/messages`),
    answerTo('POST', '/conversations/new/messages', message),
    answerTo('GET', '/users/me'),
    answerTo('POST', '/auth/login', { email, password, tokenDelivery: 'body' }),
  ];
}

async function answerTo(method: string, path: string, body?: unknown) {
  const response = await fetch(`${system.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(answerTimeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { reason } = problemSchema.parse(await response.json());
  return { status: response.status, type: response.headers.get('content-type'), reason };
}

const problemSchema = z.object({ reason: z.string() });

function waitForReadiness(status: number) {
  return waitFor(async () => (await statusesOf(databaseUsers, '/readyz')).every((found) => found === status), {
    description: `/readyz answers ${status}`,
    timeoutMs: answerTimeoutMs,
  });
}

function statusesOf(names: readonly string[], path: string): Promise<number[]> {
  return Promise.all(names.map(async (name) => (await fetch(new URL(path, system.process(name).metricsUrl))).status));
}
