import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationSchema } from '../../src/clients/resources/conversation.ts';
import type { Frame } from '../../src/generation/frame.ts';
import { type TurnIds, turnSchema } from '../../src/turns/post-turn.ts';
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
    expect(await readOverBreaks(generationId, { breaksMax: 10 })).toBe(steadyText);
    for (const device of [late, second, sender]) expect(device.text(generationId)).toBe(steadyText);
    expect(sseText((await events).body)).toBe(steadyText);
    expect((await storedMessage(account, turn, turn.assistantMessageId)).content).toBe(steadyText);
  });

  it('is read over REST while it is written: its text so far, and the frame that this goes up to', async () => {
    using device = await account.connect();
    const turn = await device.send({ content: 'checkpoint', model: gated });
    await waitFor(() => device.text(turn.generationId).trim() === '0 1 2 3 4', { description: 'the text so far' });
    const stored = await waitFor(
      async () => {
        const message = await storedMessage(account, turn, turn.assistantMessageId);
        return message.content.trim() === '0 1 2 3 4' && message;
      },
      { description: 'the text so far is stored' },
    );
    expect(stored.status).toBe('streaming');
    const frames = device.frames(turn.generationId).filter(({ seq }) => seq <= (stored.contentSeq ?? 0));
    expect(textOf(frames)).toBe(stored.content);
    await device.emit('generation:stop', { generationId: turn.generationId });
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
    const made = await account.request('POST', '/conversations', { params: { seed: 3 } });
    const { id } = conversationSchema.parse(made.body);
    for (const params of [{ topP: 0.5 }, {}, { temperature: 1 }]) {
      const content = `in a conversation with parameters ${randomUUID()}`;
      contents.push(content);
      await device.ended((await device.send({ content, conversationId: id, params })).generationId);
    }
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

describe('the sampling parameters of a conversation', () => {
  it('hold for every reply that asks for no others, are told to every session, and show beside the reply', async () => {
    using device = await account.connect();
    using other = await account.connect({ gateway: system.gatewayUrls[1] ?? '' });
    const question = `a question ${randomUUID()}`;
    const { conversationId, ...first } = await device.send({ content: question });
    await device.ended(first.generationId);
    const params = { temperature: 0.25, topP: 0.5 };
    await change(conversationId, { params });
    await waitFor(() => other.received('conversation:updated').some(isMatch({ id: conversationId, params })), {
      description: 'the parameters on the other replica',
    });

    const next = await device.send({ content: `next ${randomUUID()}`, conversationId, params: { seed: 7 } });
    await device.ended(next.generationId);
    await waitFor(() => other.received('message:created').some(isMatch({ id: next.assistantMessageId })), {
      description: 'the reply on the other replica',
    });
    expect(other.received('message:created').find(isMatch({ id: next.assistantMessageId }))).toMatchObject({
      params: { ...params, seed: 7 },
      persona: 'assistant',
    });
    const asked = async (event: string, payload: object) => {
      const ack = await device.emit(event, { clientMessageId: randomUUID(), ...payload });
      if (!ack.ok) throw new Error(`${event} was refused: ${JSON.stringify(ack.problem)}`);
      return ended(turnSchema.parse(ack.data));
    };
    const called = async (method: string, path: string, body: object) => {
      const answer = await account.request(method, path, { clientMessageId: randomUUID(), ...body });
      return ended(turnSchema.parse(answer.body));
    };
    const ended = async (turn: TurnIds) => {
      await device.follow(turn.generationId);
      await device.ended(turn.generationId);
      const { params: told } = await storedMessage(account, turn, turn.assistantMessageId);
      return told;
    };
    const edit = { messageId: first.userMessageId, content: question };
    const again = { messageId: next.assistantMessageId };
    expect(await asked('message:edit', edit)).toEqual(params);
    expect(await asked('message:edit', { ...edit, params: { temperature: 2 } })).toEqual({ ...params, temperature: 2 });
    expect(await asked('message:regenerate', { ...again, params: { seed: 1 } })).toEqual({ ...params, seed: 1 });
    expect(await called('PATCH', `/messages/${edit.messageId}`, { content: question, params: { topP: 1 } })).toEqual({
      ...params,
      topP: 1,
    });
    expect(await called('POST', `/messages/${again.messageId}/regenerate`, { params: { maxTokens: 5 } })).toEqual({
      ...params,
      maxTokens: 5,
    });
    // The persona's, without any; then the conversation's, the edit's own, and those of the second edit.
    const options = sim.requests.filter(simRequest(question)).map((request) => request.options);
    expect(options.map(({ temperature, top_p }) => [temperature, top_p])).toEqual([
      [0.7, 0.9],
      [0.25, 0.5],
      [2, 0.5],
      [0.25, 1],
    ]);

    expect(await change(conversationId, { params: null })).toMatchObject({ params: {} });
    const last = `last ${randomUUID()}`;
    expect(await ended(await device.send({ content: last, conversationId }))).toEqual({});
    expect(sim.requests.filter(simRequest(last)).map((request) => request.options)).toMatchObject([
      { temperature: 0.7, top_p: 0.9 },
    ]);
  });

  it('are refused out of bounds with the field, also on edit and regenerate, over REST and socket', async () => {
    using device = await account.connect();
    const { generationId, ...turn } = await device.send({ content: 'bounds' });
    await device.ended(generationId);
    const wrong = { params: { temperature: 3 }, clientMessageId: randomUUID() };
    const problem = { reason: 'VALIDATION_FAILED', errors: [{ field: 'params.temperature' }] };
    for (const [method, path, body] of [
      ['PATCH', `/conversations/${turn.conversationId}`, { version: 1 }],
      ['POST', '/conversations', {}],
      ['PATCH', `/messages/${turn.userMessageId}`, { content: 'x' }],
      ['POST', `/messages/${turn.assistantMessageId}/regenerate`, {}],
    ] as const)
      expect((await account.request(method, path, { ...wrong, ...body })).body).toMatchObject(problem);
    for (const [event, payload] of [
      ['message:edit', { messageId: turn.userMessageId, content: 'x' }],
      ['message:regenerate', { messageId: turn.assistantMessageId }],
    ] as const)
      expect(await device.emit(event, { ...wrong, ...payload })).toMatchObject({ ok: false, problem });
  });
});

/** Changes a conversation, whose version counts also what happens to it meanwhile. */
async function change(conversationId: string, changes: object): Promise<unknown> {
  const path = `/conversations/${conversationId}`;
  return waitFor(
    async () => {
      const { version } = conversationSchema.parse((await account.request('GET', path)).body);
      const answer = await account.request('PATCH', path, { version, ...changes });
      return answer.status === 200 ? answer.body : undefined;
    },
    { description: `a change of ${conversationId}` },
  );
}

function isMatch(part: object) {
  return (payload: unknown) =>
    typeof payload === 'object' && payload !== null && isDeepStrictEqual({ ...payload, ...part }, payload);
}

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
    // Of whom no limit is known yet.
    const newcomer = await createAccount(system.url);
    const devices: Device[] = await Promise.all(system.gatewayUrls.map((gateway) => newcomer.connect({ gateway })));
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_unused, index) => {
        if (index % 4 === 0) return (await newcomer.request('POST', '/conversations/new/messages', message)).body;
        return devices[index % 2]?.send(message);
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const [device] = devices;
    const turn = answers[1] as { conversationId: string; generationId: string };
    expect((await storedMessages(newcomer, turn.conversationId)).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
    ]);
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

/** What somebody reads of a reply that has ended, whose connection breaks again and again while it is replayed: after the first frame each time. */
async function readOverBreaks(generationId: string, { breaksMax }: { breaksMax: number }): Promise<string> {
  const frames: Frame[] = [];
  for (let breaks = 0; frames.at(-1)?.type !== 'end'; breaks += 1) {
    using device = await account.connect({ gateway: system.gatewayUrls[breaks % 2] ?? '' });
    if (breaks < breaksMax) device.socket.once('generation:frame', () => device.socket.disconnect());
    device.socket.emit('generation:follow', { generationId, lastSeq: frames.at(-1)?.seq ?? 0 });
    const isOver = () => device.frames(generationId).at(-1)?.type === 'end' || !device.socket.connected;
    await waitFor(isOver, { description: 'the connection breaks, or the end' });
    frames.push(...device.frames(generationId));
  }
  expect(frames.map(({ seq }) => seq)).toEqual(numbersFrom(1, frames.length));
  return textOf(frames);
}

/** The text of the deltas in a body of server-sent events. */
function sseText(body: unknown): string {
  const data = String(body).match(/^data: .*$/gm) ?? [];
  return textOf(data.map((line) => JSON.parse(line.slice('data: '.length))));
}
