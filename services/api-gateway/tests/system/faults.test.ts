import { randomUUID } from 'node:crypto';
import { type OllamaSim, type SimRequest, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logKeys } from '../../src/generation/log.ts';
import { turnSchema } from '../../src/turns/post-turn.ts';
import { type Account, createAccount, numbersFrom, textOf } from '../support/account.ts';
import { storedMessage } from '../support/conversation.ts';

let sim: OllamaSim;
let system: System;
let account: Account;
let redis: Redis;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      'gated:latest': { kind: 'scripted', tokens: 60, gateAfterTokens: 20 },
      'broken:latest': { kind: 'scripted', tokens: 60, fault: { kind: 'error', afterTokens: 7 } },
      'flaky:latest': { kind: 'scripted', tokens: 60, fault: { kind: 'error', afterTokens: 7, times: 1 } },
      'refusing:latest': { kind: 'scripted', tokens: 60, fault: { kind: 'status', status: 500 } },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: { DEFAULT_MODEL: 'gated:latest', LEASE_TTL_MS: '3000', RATE_LIMIT_SIGN_INS_PER_MINUTE: '1000' },
    // Longer than this process may stand still; the second gateway waits as long as any.
    processEnv: { 'api-gateway': { STOP_CONFIRMATION_MS: '60000' } },
  });
  // On the gateway that no test kills.
  account = await createAccount(system.gatewayUrls[1] ?? '');
  redis = new Redis(system.redisUrl);
}, 120_000);

afterAll(async () => {
  redis?.disconnect();
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const text = numbersFrom(0, 60).join(' ');

/** Two gateways: the one that runs the generation, and the one that a client stays connected to. */
function turnOnFirstGateway() {
  return turnOn(system.gatewayUrls[0] ?? '');
}

/** Whoever watches is connected to the second gateway. */
async function turnOn(gateway: string) {
  const second = system.gatewayUrls[1] ?? '';
  const content = `fault ${randomUUID()}`;
  const sender = await account.connect({ gateway });
  const watcher = await account.connect({ gateway: second });
  const turn = await sender.send({ content });
  await watcher.emit('generation:follow', { generationId: turn.generationId, lastSeq: 0 });
  await waitFor(() => watcher.text(turn.generationId).trim().endsWith('19'), { description: 'the first 20 tokens' });
  // The continuation sends its own first 20 tokens and waits at the gate too.
  const isContinuation = ({ messages, tokensSent }: SimRequest) =>
    messages.at(-1)?.role === 'assistant' &&
    messages.some((message) => message.content === content) &&
    tokensSent === 20;
  return { content, turn, sender, watcher, isContinuation };
}

/** How the requests for a reply stand; others, such as those for titles, come when they like. */
function statesOf(content: string) {
  return sim.requests
    .filter(({ messages }) => messages.some((message) => message.content === content))
    .map(({ state }) => state);
}

/** The model server is in this process, which may hear of a closed connection after it has heard of what came later. */
async function closed(content: string) {
  await waitFor(() => statesOf(content).every((state) => state === 'aborted'), {
    description: 'the request is closed',
  });
}

/** Every frame once and in order, and what was seen is what is stored. */
async function expectWholeReply({ turn, watcher }: Awaited<ReturnType<typeof turnOnFirstGateway>>) {
  const end = await watcher.ended(turn.generationId, 30_000);
  const frames = watcher.frames(turn.generationId);
  expect(end.status).toBe('completed');
  expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(1, frames.length));
  expect(textOf(frames)).toBe(text);
  expect(await storedMessage(account, turn, turn.assistantMessageId)).toMatchObject({
    content: text,
    status: 'completed',
  });
}

describe('a gateway that runs a generation', () => {
  it('is killed: another replica continues it from the last frame', async () => {
    const scene = await turnOnFirstGateway();
    await system.restart('api-gateway');
    await sim.waitFor(scene.isContinuation, { timeoutMs: 60_000 });
    sim.release();
    await expectWholeReply(scene);
    await waitFor(async () => (await fetch(`${system.gatewayUrls[0]}/readyz`)).ok, {
      description: 'the first gateway is back',
    });
  });

  it('hangs: another replica continues it, and the first cannot write when it wakes', async () => {
    const scene = await turnOnFirstGateway();
    system.signal('api-gateway', 'SIGSTOP');
    await sim.waitFor(scene.isContinuation, { timeoutMs: 60_000 });
    system.signal('api-gateway', 'SIGCONT');
    sim.release();
    await expectWholeReply(scene);
  });

  it('is told to stop: it hands the generation over at once', async () => {
    const scene = await turnOnFirstGateway();
    const { pid } = system.process('api-gateway');
    system.signal('api-gateway', 'SIGTERM');
    await sim.waitFor(scene.isContinuation, { timeoutMs: 60_000 });
    sim.release();
    await expectWholeReply(scene);
    await waitFor(() => system.process('api-gateway').pid !== pid, {
      description: 'the gateway is started again',
      timeoutMs: 30_000,
    });
    await waitFor(async () => (await fetch(`${system.gatewayUrls[0]}/readyz`)).ok, {
      description: 'the first gateway is back',
    });
  });
});

describe('a stop whose gateway dies before it hears of it', () => {
  it('is done by the one that takes the reply over, which asks the model for nothing more', async () => {
    const { content, turn, watcher, isContinuation } = await turnOnFirstGateway();
    // It has the reply and its lease, and hears nothing from now on.
    system.signal('api-gateway', 'SIGSTOP');
    const stopping = watcher.emit('generation:stop', { generationId: turn.generationId });
    await waitFor(async () => (await redis.exists(logKeys.stop(turn.generationId))) === 1, {
      description: 'the stop is asked for',
    });
    await system.restart('api-gateway');
    expect(await stopping).toMatchObject({ ok: true, data: { status: 'stopped' } });
    expect(sim.requests.some(isContinuation)).toBe(false);
    await closed(content);
    expect(statesOf(content)).toHaveLength(1);
    const frames = watcher.frames(turn.generationId);
    expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(1, frames.length));
    expect(await storedMessage(account, turn, turn.assistantMessageId)).toMatchObject({
      content: textOf(frames),
      status: 'stopped',
    });
    await waitFor(async () => (await fetch(`${system.gatewayUrls[0]}/readyz`)).ok, {
      description: 'the first gateway is back',
    });
  });
});

describe('an ai-service that dies in the middle', () => {
  /** The last of the tries comes 6 s after the loss, at the earliest. */
  const inTimeMs = 4_000;

  it('costs no token when it is back in time: the reply goes on', async () => {
    const scene = await turnOnFirstGateway();
    const { watcher, turn } = scene;
    const diedAtMs = performance.now();
    await system.restart('ai-service');
    const { metricsUrl } = system.process('ai-service');
    await waitFor(async () => (await fetch(new URL('/readyz', metricsUrl))).ok, {
      description: 'ai-service is back',
      timeoutMs: 90_000,
    });
    const awayMs = performance.now() - diedAtMs;
    const hasEnded = () => watcher.frames(turn.generationId).some(({ type }) => type === 'end');
    await waitFor(() => hasEnded() || sim.requests.some(scene.isContinuation), { description: 'the reply goes on' });
    // A machine that takes too long to start a process has shown that the reply ends nevertheless.
    if (hasEnded()) return expect(awayMs).toBeGreaterThan(inTimeMs);
    sim.release();
    await expectWholeReply(scene);
  }, 240_000);
});

describe('a chat-service that hangs in the middle', () => {
  it('holds up no frame: tokens need no database, and the end is stored when it is back', async () => {
    const scene = await turnOnFirstGateway();
    system.signal('chat-service', 'SIGSTOP');
    sim.release();
    await waitFor(() => scene.watcher.text(scene.turn.generationId) === text, { description: 'the whole text' });
    system.signal('chat-service', 'SIGCONT');
    await expectWholeReply(scene);
  });

  it('keeps no gateway from leaving in time: another one stores the end', async () => {
    const scene = await turnOnFirstGateway();
    system.signal('chat-service', 'SIGSTOP');
    sim.release();
    await waitFor(() => scene.watcher.text(scene.turn.generationId) === text, { description: 'the whole text' });
    await system.restart('api-gateway', 'SIGTERM');
    expect(system.exits().at(-1)).toEqual({ name: 'api-gateway', reason: 'exit code 0' });
    system.signal('chat-service', 'SIGCONT');
    // The first gateway has logged the end; the lease has to run out before the second one stores it.
    const { turn } = scene;
    await waitFor(async () => (await storedMessage(account, turn, turn.assistantMessageId)).status === 'completed', {
      description: 'the end is stored',
      timeoutMs: 60_000,
    });
    await expectWholeReply(scene);
  }, 120_000);
});

describe('a stop, while ai-service hangs', () => {
  it('is acknowledged when ai-service has closed the request to the model, not before', async () => {
    const { content, turn, watcher } = await turnOnFirstGateway();
    system.signal('ai-service', 'SIGSTOP');
    let isAcknowledged = false;
    const acknowledging = watcher.emit('generation:stop', { generationId: turn.generationId }).finally(() => {
      isAcknowledged = true;
    });
    await waitFor(async () => (await redis.exists(logKeys.stop(turn.generationId))) === 1, {
      description: 'the stop is asked for',
    });
    expect(isAcknowledged).toBe(false);
    system.signal('ai-service', 'SIGCONT');
    expect(await acknowledging).toMatchObject({ ok: true, data: { status: 'stopped' } });
    await closed(content);
    // Nobody but ai-service knows the count, and it tells it once the request is closed.
    const stored = await storedMessage(account, turn, turn.assistantMessageId);
    expect(stored).toMatchObject({ status: 'stopped', usage: { completionTokens: 20 } });
  });

  it('is acknowledged nevertheless when it goes on hanging, and the request is closed when it wakes', async () => {
    const { content, turn, watcher } = await turnOn(system.gatewayUrls[1] ?? '');
    system.signal('ai-service', 'SIGSTOP');
    const ack = await watcher.emit('generation:stop', { generationId: turn.generationId });
    expect(ack).toMatchObject({ ok: true, data: { status: 'stopped' } });
    expect(statesOf(content)).toEqual(['streaming']);
    system.signal('ai-service', 'SIGCONT');
    await closed(content);
    expect((await storedMessage(account, turn, turn.assistantMessageId)).usage).toBeUndefined();
  });
});

describe('a model server that fails', () => {
  it.each([
    ['in the middle: the text is kept and the end says interrupted', 'broken:latest', 'interrupted', 7],
    ['before the first token: the end says failed', 'refusing:latest', 'failed', 0],
  ])('%s', async (_name, model, status, tokens) => {
    await waitFor(async () => (await fetch(`${system.url}/health`)).ok, { description: 'all services are up' });
    using device = await account.connect();
    const turn = await device.send({ content: 'fail', model });
    const end = await device.ended(turn.generationId);
    expect(end).toMatchObject({ status, problem: { reason: 'MODEL_FAILED', retryable: true } });
    const stored = await storedMessage(account, turn, turn.assistantMessageId);
    expect(stored.content.trim()).toBe(numbersFrom(0, tokens).join(' '));
    expect(stored).toMatchObject({ status, problem: { reason: 'MODEL_FAILED' } });
    expect(stored.usage).toEqual(tokens === 0 ? undefined : { completionTokens: tokens });
  });

  it('once: Continue goes on from the text that was kept, beside it, and asking twice has one effect', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'fail once', model: 'flaky:latest' });
    expect(await device.ended(turn.generationId)).toMatchObject({ status: 'interrupted' });
    const acks = await Promise.all(
      [1, 2].map(() => device.emit('generation:continue', { generationId: turn.generationId })),
    );
    expect(acks[0]).toEqual(acks[1]);
    const next = turnSchema.parse(acks[0]?.ok === true ? acks[0].data : undefined);
    expect(next.userMessageId).toBe(turn.userMessageId);
    expect(await device.ended(next.generationId)).toMatchObject({ status: 'completed' });
    // An answer that comes when the reply has ended already brings its frames once more.
    const frames = new Map(device.frames(next.generationId).map((frame) => [frame.seq, frame]));
    expect(textOf([...frames.values()])).toBe(text);
    expect(await storedMessage(account, turn, next.assistantMessageId)).toMatchObject({
      content: text,
      status: 'completed',
    });
    expect((await storedMessage(account, turn, turn.assistantMessageId)).status).toBe('interrupted');
  });
});
