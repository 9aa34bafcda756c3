import { randomBytes, randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import {
  type ReceivedSpan,
  type System,
  startSystem,
  startTraceReceiver,
  type TraceReceiver,
  waitFor,
} from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Account, callApi, createAccount } from '../support/account.ts';

let receiver: TraceReceiver;
let sim: OllamaSim;
let system: System;
let account: Account;

beforeAll(async () => {
  receiver = await startTraceReceiver();
  sim = await startOllamaSim({
    models: {
      'echo:latest': { kind: 'scripted', reply: (messages) => messages.at(-1)?.content ?? '' },
      'gated:latest': { kind: 'scripted', tokens: 60, gateAfterTokens: 20 },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    env: {
      DEFAULT_MODEL: 'echo:latest',
      LEASE_TTL_MS: '3000',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  account = await createAccount(system.url);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});

/** The spans of a trace, once all of `names` are among them and each has its parent. `outside` is a parent that is none of our spans. */
function traceOf(
  traceId: string,
  { names, outside = '' }: { names: readonly string[]; outside?: string },
): Promise<readonly ReceivedSpan[]> {
  return waitFor(
    () => {
      const spans = receiver.spans().filter((span) => span.traceId === traceId);
      const ids = new Set([outside, '', ...spans.map(({ spanId }) => spanId)]);
      const isWhole = spans.every(({ parentSpanId }) => ids.has(parentSpanId));
      return isWhole && names.every((name) => spans.some((span) => labelOf(span) === name)) ? spans : undefined;
    },
    { description: `a whole trace with ${names.join(', ')}`, timeoutMs: 30_000 },
  );
}

function spanWhere(description: string, isWanted: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
  return waitFor(() => receiver.spans().find(isWanted), { description, timeoutMs: 30_000 });
}

function labelOf({ service, kind, name }: ReceivedSpan): string {
  return `${service} ${kind} ${name}`;
}

function named(spans: readonly ReceivedSpan[], label: string): ReceivedSpan {
  const found = spans.find((span) => labelOf(span) === label);
  if (found === undefined) throw new Error(`no ${label} among ${spans.map(labelOf).join(', ')}`);
  return found;
}

/** From a span up to the root of its trace. */
function lineage(spans: readonly ReceivedSpan[], span: ReceivedSpan): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [labelOf(span), ...(parent === undefined ? [] : lineage(spans, parent))];
}

const generate = 'chatbot.ai.v1.AiService/Generate';
const postMessage = 'chatbot.chat.v1.ChatService/PostMessage';
const login = 'chatbot.user.v1.UserService/Login';
/** What Redis is asked for one message. */
const scripts = ['rlflxIncr', 'quotaReserve', 'genClaim', 'genAppend'];
const scriptLabel = (script: string) => `api-gateway client EVALSHA ${script}`;

describe('a message', () => {
  it('is one trace from the socket event over chat-service and ai-service to the request that the model server gets', async () => {
    using device = await account.connect();
    const content = `traced ${randomUUID()}`;
    const { generationId } = await device.send({ content });
    await device.ended(generationId);
    const { headers } = await sim.waitFor(({ messages }) => messages.at(-1)?.content === content);
    const [, traceId = '', modelSpanId = ''] = String(headers.traceparent).split('-');
    const model = await spanWhere('the request to the model', ({ spanId }) => spanId === modelSpanId);
    const spans = await traceOf(traceId, {
      names: ['api-gateway server message:send', `chat-service server ${postMessage}`, ...scripts.map(scriptLabel)],
    });
    expect(lineage(spans, model)).toEqual([
      'ai-service client chat echo:latest',
      `ai-service server ${generate}`,
      `api-gateway client ${generate}`,
      'api-gateway server message:send',
    ]);
    expect(lineage(spans, named(spans, `chat-service server ${postMessage}`))).toEqual([
      `chat-service server ${postMessage}`,
      `api-gateway client ${postMessage}`,
      'api-gateway server message:send',
    ]);
    const stored = named(spans, `chat-service server ${postMessage}`);
    const statements = spans.filter(({ parentSpanId }) => parentSpanId === stored.spanId);
    expect(statements.length).toBeGreaterThan(0);
    for (const { service, name, kind, attributes } of statements) {
      expect({ service, kind, attributes }).toEqual({
        service: 'chat-service',
        kind: 'client',
        attributes: { 'db.system.name': 'postgresql', 'db.operation.name': name },
      });
    }
    // The count of the message and of its place, the claim, and the first of many appends: each once, on its way from the event to the model.
    const asked = spans.filter(({ attributes }) => attributes['db.system.name'] === 'redis');
    expect(asked.map(labelOf).sort()).toEqual(scripts.map(scriptLabel).sort());
    for (const span of asked) {
      expect(lineage(spans, span)).toEqual([labelOf(span), 'api-gateway server message:send']);
      expect(Object.keys(span.attributes).sort()).toEqual([
        'db.operation.name',
        'db.stored_procedure.name',
        'db.system.name',
      ]);
    }
    expect(model.attributes).toEqual({
      'chatbot.generation.id': generationId,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.max_tokens': expect.any(Number),
      'gen_ai.request.model': 'echo:latest',
      'gen_ai.request.stream': true,
      'gen_ai.request.temperature': expect.any(Number),
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
      'server.address': new URL(sim.url).host,
    });
    for (const service of ['api-gateway', 'chat-service', 'ai-service']) {
      const line = new RegExp(`"service":"${service}".*"traceId":"${traceId}"`);
      await waitFor(() => line.test(system.logs()) || undefined, {
        description: `a line of ${service} with the trace`,
      });
    }
  });

  it('whose gateway dies is a trace of its own from where it is taken over', async () => {
    using device = await account.connect();
    const { generationId } = await device.send({ content: 'go on', model: 'gated:latest' });
    await waitFor(() => device.text(generationId).trim().endsWith('19') || undefined, { description: '20 tokens' });
    await system.restart('api-gateway');
    await sim.waitFor(({ messages, tokensSent }) => messages.at(-1)?.role === 'assistant' && tokensSent === 20, {
      timeoutMs: 30_000,
    });
    sim.release();
    // The first request was cut off; the one that goes on comes to its end.
    const model = await spanWhere(
      'the request that goes on',
      ({ attributes }) =>
        attributes['chatbot.generation.id'] === generationId &&
        attributes['gen_ai.response.finish_reasons'] !== undefined,
    );
    const spans = await traceOf(model.traceId, { names: ['api-gateway internal generation takeover'] });
    expect(lineage(spans, model)).toEqual([
      'ai-service client chat gated:latest',
      `ai-service server ${generate}`,
      `api-gateway client ${generate}`,
      'api-gateway internal generation takeover',
    ]);
  }, 90_000);
});

describe('a request', () => {
  it('goes on with the trace that its header names, and is named by its route', async () => {
    const traceId = randomBytes(16).toString('hex');
    const outside = randomBytes(8).toString('hex');
    const id = randomUUID();
    const headers = { traceparent: `00-${traceId}-${outside}-01`, 'x-request-id': `request-${id}` };
    const answer = await account.request('GET', `/conversations/${id}`, undefined, headers);
    expect(answer.headers.get('traceparent')).toContain(`00-${traceId}-`);
    const spans = await traceOf(traceId, { outside, names: ['api-gateway server GET /api/v1/conversations/:id'] });
    const root = named(spans, 'api-gateway server GET /api/v1/conversations/:id');
    expect(root.parentSpanId).toBe(outside);
    expect(root.isFault).toBe(false);
    expect(root.attributes).toEqual({
      'chatbot.request.id': `request-${id}`,
      'http.request.method': 'GET',
      'http.response.status_code': 404,
      'http.route': '/api/v1/conversations/:id',
    });
  });

  it('to user-service is in its trace, too', async () => {
    const traceId = randomBytes(16).toString('hex');
    const outside = randomBytes(8).toString('hex');
    const headers = { traceparent: `00-${traceId}-${outside}-01` };
    await account.request('GET', '/users/me', undefined, headers);
    await traceOf(traceId, { outside, names: ['user-service server chatbot.user.v1.UserService/GetUser'] });
  });

  it('to sign in shows what the limits of both services ask Redis', async () => {
    const traceId = randomBytes(16).toString('hex');
    const outside = randomBytes(8).toString('hex');
    const headers = { traceparent: `00-${traceId}-${outside}-01` };
    const body = { email: account.email, password: account.password, tokenDelivery: 'body' };
    expect((await callApi(system.url, 'POST', '/api/v1/auth/login', { body, headers })).status).toBe(200);
    const spans = await traceOf(traceId, {
      outside,
      names: [scriptLabel('rlflxIncr'), 'user-service client EVALSHA rlflxIncr'],
    });
    expect(lineage(spans, named(spans, 'user-service client EVALSHA rlflxIncr')).slice(1)).toEqual([
      `user-service server ${login}`,
      `api-gateway client ${login}`,
      'api-gateway server POST /api/v1/auth/login',
    ]);
  });

  it.each([
    [
      'is not traced when its header says so',
      '/api/v1/models',
      (traceId: string) => `00-${traceId}-00f067aa0ba902b7-00`,
    ],
    ['for health is not traced', '/readyz', (traceId: string) => `00-${traceId}-00f067aa0ba902b7-01`],
  ])('%s', async (_name, path, traceparentOf) => {
    const traceId = randomBytes(16).toString('hex');
    const headers = { traceparent: traceparentOf(traceId), authorization: `Bearer ${account.accessToken}` };
    expect((await callApi(system.url, 'GET', path, { headers })).status).toBe(200);
    // One that is traced, sent after it, is here: the other would be, too.
    const laterId = randomBytes(16).toString('hex');
    const later = { traceparent: `00-${laterId}-00f067aa0ba902b7-01` };
    await account.request('GET', '/models', undefined, later);
    await traceOf(laterId, { outside: '00f067aa0ba902b7', names: ['api-gateway server GET /api/v1/models'] });
    expect(receiver.spans().filter((span) => span.traceId === traceId)).toEqual([]);
  });
});

it('no text, title, address, password, token or id of a person is in any trace', async () => {
  const canary = `canary-${randomUUID()}`;
  const person = await createAccount(system.url);
  using device = await person.connect();
  const turn = await device.send({ content: canary, params: { stop: [`${canary}!`] } });
  expect(await device.ended(turn.generationId)).toMatchObject({ status: 'completed' });
  expect(device.text(turn.generationId)).toContain(canary);
  const { body } = await person.request('GET', `/conversations/${turn.conversationId}`);
  const { version } = z.looseObject({ version: z.number() }).parse(body);
  await person.request('PATCH', `/conversations/${turn.conversationId}`, { title: canary, version });
  await person.request('GET', `/search?q=${canary}`);
  const share = await person.request('POST', `/conversations/${turn.conversationId}/share`, {});
  const { token } = z.looseObject({ token: z.string().min(16) }).parse(share.body);
  await callApi(system.url, 'GET', `/api/v1/shared/${token}`);
  await callApi(system.url, 'POST', '/api/v1/auth/login', { body: { email: person.email, password: canary } });
  await callApi(system.url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken: canary } });
  await person.request('POST', `/conversations/${canary}/messages`, { clientMessageId: canary, content: canary });
  await device.emit('message:send', { clientMessageId: canary, content: '', model: canary });
  await device.emit(canary, {});
  await callApi(system.url, 'GET', `/api/v1/${canary}`);
  // Every service has sent what it has said of all that.
  const traceId = randomBytes(16).toString('hex');
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  await person.request('GET', '/users/me', undefined, headers);
  const last = await device.send({ content: 'the last one' });
  await device.ended(last.generationId);
  await spanWhere(
    'the last request to the model',
    ({ attributes }) => attributes['chatbot.generation.id'] === last.generationId,
  );
  await traceOf(traceId, {
    outside: '00f067aa0ba902b7',
    names: ['user-service server chatbot.user.v1.UserService/GetUser'],
  });
  const { email, password, userId, accessToken, refreshToken } = person;
  for (const secret of [canary, email, password, userId, accessToken, refreshToken, token]) {
    expect(receiver.received()).not.toContain(secret);
  }
  expect(new Set(receiver.spans().map(({ service }) => service))).toEqual(
    new Set(['api-gateway', 'user-service', 'chat-service', 'ai-service']),
  );
});
