import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, createAccount, type Device, numbersFrom, textOf } from '../support/account.ts';
import { storedMessage, storedMessages } from '../support/conversation.ts';

let sim: OllamaSim;
let system: System;
let account: Account;

const gated = 'gated:latest';

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      'steady:latest': { kind: 'scripted', tokens: 500, ratePerSecond: 100 },
      [gated]: { kind: 'scripted', tokens: 40, gateAfterTokens: 5 },
      'silent:latest': { kind: 'scripted', tokens: 10, gateAfterTokens: 0 },
      'short:latest': { kind: 'scripted', text: 'Grüße 👋🏽, **world**! <b>&amp;</b>', codePointsPerToken: 1 },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: { DEFAULT_MODEL: 'short:latest', RATE_LIMIT_SIGN_INS_PER_MINUTE: '1000' },
  });
  account = await createAccount(system.url);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

const steadyText = numbersFrom(0, 500).join(' ');

function simRequest(content: string) {
  return (request: { messages: readonly { content: string }[] }) => request.messages.at(-1)?.content === content;
}

describe('a reply', () => {
  it('streams as frames 1, 2, 3, … whose text is the stored text, code point by code point', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'hello' });
    const end = await device.ended(turn.generationId);
    const frames = device.frames(turn.generationId);
    expect(end).toMatchObject({ status: 'completed', messageId: turn.assistantMessageId, model: 'short:latest' });
    expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(1, frames.length));
    expect(textOf(frames)).toBe('Grüße 👋🏽, **world**! <b>&amp;</b>');
    const stored = await storedMessage(account, turn, turn.assistantMessageId);
    expect(stored).toMatchObject({
      content: textOf(frames),
      status: 'completed',
      contentSeq: end.seq,
      generationId: turn.generationId,
    });
  });

  it('reads the same everywhere: ten reconnects, a late joiner, a second device, another replica, server-sent events', async () => {
    const [here = '', elsewhere = ''] = system.gatewayUrls;
    using sender = await account.connect({ gateway: here });
    const turn = await sender.send({ content: 'stream', model: 'steady:latest' });
    const { generationId } = turn;
    using second = await account.connect({ gateway: elsewhere });
    await second.emit('generation:follow', { generationId, lastSeq: 0 });
    const events = account.request('GET', `/generations/${generationId}/stream`);

    let text = '';
    let lastSeq = 0;
    let hasEnded = false;
    for (let round = 0; round < 10 && !hasEnded; round += 1) {
      using device = await account.connect({ gateway: round % 2 === 0 ? here : elsewhere });
      await device.emit('generation:follow', { generationId, lastSeq });
      // On a busy machine frames are few and large.
      const isFed = () => device.frames(generationId).length >= 3 || device.frames(generationId).at(-1)?.type === 'end';
      await waitFor(isFed, { description: 'some frames' });
      const frames = [...device.frames(generationId)];
      expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(lastSeq + 1, frames.length));
      text += textOf(frames);
      lastSeq = frames.at(-1)?.seq ?? lastSeq;
      hasEnded = frames.at(-1)?.type === 'end';
    }
    using rest = await account.connect();
    await rest.emit('generation:follow', { generationId, lastSeq });
    if (!hasEnded) await rest.ended(generationId);
    text += rest.text(generationId);
    using late = await account.connect({ gateway: elsewhere });
    await late.emit('generation:follow', { generationId, lastSeq: 0 });
    await Promise.all([late, second, sender].map((device) => device.ended(generationId)));

    expect(text).toBe(steadyText);
    for (const device of [late, second, sender]) expect(device.text(generationId)).toBe(steadyText);
    expect(sseText((await events).body)).toBe(steadyText);
    expect((await storedMessage(account, turn, turn.assistantMessageId)).content).toBe(steadyText);
  });

  it('asks the model once a turn, though it asks before the turn is stored', async () => {
    using device = await account.connect();
    const settings = { persona: 'creative', params: { temperature: 0.5, stop: ['never'] } };
    const contents = ['first', 'next', 'with settings'].map((name) => `${name} ${randomUUID()}`);
    const first = await device.send({ content: contents[0] ?? '' });
    await device.ended(first.generationId);
    const { conversationId } = first;
    const next = await device.send({ content: contents[1] ?? '', conversationId });
    await device.ended(next.generationId);
    const set = await device.send({ content: contents[2] ?? '', conversationId, ...settings });
    await device.ended(set.generationId);
    for (const content of contents) expect(sim.requests.filter(simRequest(content))).toHaveLength(1);
  });

  it('is stored and sent as one end frame when its log has expired', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'hello again' });
    await device.ended(turn.generationId);
    const redis = new Redis(system.redisUrl);
    await redis.del(`gen:{${turn.generationId}}`);
    redis.disconnect();
    using later = await account.connect();
    await later.emit('generation:follow', { generationId: turn.generationId, lastSeq: 0 });
    expect(await later.ended(turn.generationId)).toMatchObject({
      seq: 1,
      status: 'completed',
      content: device.text(turn.generationId),
    });
  });

  it('gives a conversation a title and every session hears of it', async () => {
    using other = await account.connect({ gateway: system.gatewayUrls[1] ?? '' });
    using device = await account.connect();
    const turn = await device.send({ content: 'what is a title' });
    await device.ended(turn.generationId);
    const isUpdate = (payload: unknown) =>
      typeof payload === 'object' && payload !== null && 'id' in payload && payload.id === turn.assistantMessageId;
    await waitFor(() => other.received('message:updated').some(isUpdate), {
      description: 'the update of the message on the other replica',
    });
    expect(other.received('message:created').some(isUpdate)).toBe(true);
  });
});

describe('server-sent events', () => {
  it('go on after Last-Event-ID', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'hello' });
    const end = await device.ended(turn.generationId);
    const { body } = await account.request('GET', `/generations/${turn.generationId}/stream`, undefined, {
      'last-event-id': String(end.seq - 1),
    });
    expect(String(body)).toMatch(new RegExp(`^event: end\\nid: ${end.seq}\\n`));
  });

  it('answer who has the end with 204, so that an EventSource asks no more', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'hello' });
    const end = await device.ended(turn.generationId);
    const answer = await account.request('GET', `/generations/${turn.generationId}/stream`, undefined, {
      'last-event-id': String(end.seq),
    });
    expect([answer.status, answer.body]).toEqual([204, undefined]);
  });

  it('answer a posted message with its ids and then its frames', async () => {
    const { body } = await account.request(
      'POST',
      '/conversations/new/messages',
      { clientMessageId: randomUUID(), content: 'hello' },
      { accept: 'text/event-stream' },
    );
    expect(String(body)).toMatch(/^event: turn\ndata: \{"conversationId"/);
    expect(sseText(body)).toBe('Grüße 👋🏽, **world**! <b>&amp;</b>');
  });
});

describe('the same clientMessageId', () => {
  it('20 times at once, over sockets and REST on two replicas, has one effect and 20 equal answers', async () => {
    const clientMessageId = randomUUID();
    const content = `once ${clientMessageId}`;
    const message = { clientMessageId, content, model: gated };
    const devices: Device[] = await Promise.all(system.gatewayUrls.map((gateway) => account.connect({ gateway })));
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_unused, index) => {
        if (index % 4 === 0) return (await account.request('POST', '/conversations/new/messages', message)).body;
        return devices[index % 2]?.send(message);
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const [device] = devices;
    const turn = answers[1] as { conversationId: string; generationId: string };
    expect((await storedMessages(account, turn.conversationId)).map(({ role }) => role)).toEqual(['user', 'assistant']);
    // A replica may have asked before it heard of the other's turn; it has taken that back.
    const isAsking = ({ state }: { state: string }) => state !== 'aborted';
    await waitFor(() => sim.requests.filter(simRequest(content)).filter(isAsking).length === 1, {
      description: 'one request to the model',
    });
    await device?.emit('generation:stop', { generationId: turn.generationId });
    for (const open of devices) open[Symbol.dispose]();
  });

  it('with other content is a conflict that changes nothing', async () => {
    const clientMessageId = randomUUID();
    using device = await account.connect();
    const turn = await device.send({ clientMessageId, content: 'one thing' });
    await device.ended(turn.generationId);
    const ack = await device.emit('message:send', { clientMessageId, content: 'another thing' });
    expect(ack).toMatchObject({ ok: false, problem: { reason: 'IDEMPOTENCY_CONFLICT', status: 409 } });
    expect(await storedMessages(account, turn.conversationId)).toHaveLength(2);
  });
});

describe('stop', () => {
  it.each([
    ['in the middle', gated, 5, 0],
    ['before the first token', 'silent:latest', 0, 0],
    ['from another replica', gated, 5, 1],
  ])('%s closes the request to the model, keeps the text and is final', async (_name, model, tokens, replica) => {
    const content = `stop ${randomUUID()}`;
    using device = await account.connect();
    using stopper = await account.connect({ gateway: system.gatewayUrls[replica] ?? '' });
    const turn = await device.send({ content, model });
    const { generationId } = turn;
    await sim.waitFor(
      (request) => simRequest(content)(request) && request.tokensSent >= tokens && request.state === 'streaming',
    );
    const expected = numbersFrom(0, tokens).join(' ');
    await waitFor(() => device.text(generationId).trim() === expected, { description: 'the text so far' });

    const ack = await stopper.emit('generation:stop', { generationId });
    expect(ack).toMatchObject({ ok: true, data: { status: 'stopped' } });
    // The model server is in this process, which may hear of the closed connection after it has heard of the acknowledgement.
    await sim.waitFor((request) => simRequest(content)(request) && request.state === 'aborted');
    expect(sim.requests.filter(simRequest(content))).toHaveLength(1);
    expect(await device.ended(generationId)).toMatchObject({ status: 'stopped' });
    const again = await stopper.emit('generation:stop', { generationId });
    expect(again).toEqual(ack);
    const stored = await storedMessage(account, turn, turn.assistantMessageId);
    expect([stored.status, stored.content.trim()]).toEqual(['stopped', expected]);
    expect(stored.content).toBe(device.text(generationId));
    expect(stored.usage).toEqual({ completionTokens: tokens });
    expect(stored.timings?.totalMs).toBeGreaterThan(0);
    expect(await device.ended(generationId)).toMatchObject({ usage: stored.usage, timings: stored.timings });
  });

  it('keeps no more than the person had seen, for everybody', async () => {
    const content = `seen ${randomUUID()}`;
    using device = await account.connect();
    using other = await account.connect({ gateway: system.gatewayUrls[1] ?? '' });
    const turn = await device.send({ content, model: gated });
    const { generationId } = turn;
    await other.emit('generation:follow', { generationId, lastSeq: 0 });
    await waitFor(() => device.text(generationId).trim() === '0 1 2 3 4', { description: 'the text so far' });
    const deltas = device.frames(generationId).filter(({ type }) => type === 'delta');
    const renderedSeq = deltas.at(0)?.seq ?? 0;
    const seen = textOf(deltas.slice(0, 1));
    await other.emit('generation:stop', { generationId, renderedSeq });
    for (const reader of [device, other]) {
      const end = await reader.ended(generationId);
      expect(reader.text(generationId).slice(0, end.textLength)).toBe(seen);
    }
    expect((await storedMessage(account, turn, turn.assistantMessageId)).content).toBe(seen);
  });

  it('leaves the conversation usable: the next message is answered', async () => {
    using device = await account.connect();
    const first = await device.send({ content: 'stop and go', model: gated });
    await device.emit('generation:stop', { generationId: first.generationId });
    const next = await device.send({ content: 'and on', model: 'short:latest', conversationId: first.conversationId });
    expect(await device.ended(next.generationId)).toMatchObject({ status: 'completed' });
  });
});

/** The text of the deltas in a body of server-sent events. */
function sseText(body: unknown): string {
  const data = String(body).match(/^data: .*$/gm) ?? [];
  return textOf(data.map((line) => JSON.parse(line.slice('data: '.length))));
}
