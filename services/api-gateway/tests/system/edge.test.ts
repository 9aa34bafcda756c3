import { randomBytes, randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../src/http/routes.ts';
import { type Account, callApi, connectDevice, createAccount } from '../support/account.ts';
import { listeningPorts } from '../support/listening-ports.ts';
import { handshake, sendBytes } from '../support/send-bytes.ts';

let sim: OllamaSim;
let system: System;
let account: Account;

const services = ['api-gateway', 'user-service', 'chat-service', 'ai-service'];
const messagesPerMinute = 60;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: { 'echo:latest': { kind: 'scripted', reply: (messages) => messages.at(-1)?.content ?? '' } },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    env: {
      DEFAULT_MODEL: 'echo:latest',
      RATE_LIMIT_MESSAGES_PER_MINUTE: String(messagesPerMinute),
      RATE_LIMIT_SIGN_INS_PER_MINUTE: '2000',
      RATE_LIMIT_REQUESTS_PER_MINUTE: '100000',
      RATE_LIMIT_EVENTS_PER_MINUTE: '300',
    },
  });
  account = await createAccount(system.url);
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** Whatever a test sent, the same processes still serve everybody. */
async function expectUnharmed(pids: readonly number[]) {
  expect(services.map((name) => system.process(name).pid)).toEqual(pids);
  using device = await account.connect();
  const turn = await device.send({ content: `still there? ${randomUUID()}` });
  expect(await device.ended(turn.generationId)).toMatchObject({ status: 'completed' });
}

describe('junk', () => {
  const pids = () => services.map((name) => system.process(name).pid);

  it('on any port ends no process', async () => {
    const before = pids();
    const ports = services.flatMap((name) => listeningPorts(system.process(name).pid));
    expect(ports.length).toBeGreaterThanOrEqual(5);
    const junk = [
      randomBytes(4_096),
      Buffer.from('GET / HTTP/9.9\r\n\r\n'),
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxx'),
      Buffer.from('\0\0\0\0'),
    ];
    await Promise.all(ports.flatMap((port) => junk.map((bytes) => sendBytes(port, bytes))));
    await expectUnharmed(before);
  });

  it('in any route is a problem below 500, never a crash', async () => {
    const before = pids();
    const anything = fc
      .anything({ withNullPrototype: false, maxDepth: 2 })
      .map((value) => JSON.stringify(value) ?? 'null');
    const headers = { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json' };
    await fc.assert(
      fc.asyncProperty(
        // Junk is as good as nothing to this one: it would end the session that all the others need.
        fc.constantFrom(...routes.filter(({ path }) => path !== '/auth/logout-all')),
        fc.oneof(anything, fc.string()),
        fc.webSegment(),
        async ({ method, path }, body, segment) => {
          const url = `${system.url}/api/v1${path.replace(/:\w+/g, segment || '%00')}?limit=${segment}&cursor=${segment}`;
          const response = await fetch(url, {
            method: method.toUpperCase(),
            headers,
            ...(method === 'get' ? {} : { body }),
          });
          const text = await response.text();
          if (response.status >= 400)
            expect(response.headers.get('content-type')).toContain('application/problem+json');
          expect([response.status < 500, url, body, text]).toEqual([true, url, body, text]);
        },
      ),
      { numRuns: 150 },
    );
    await expectUnharmed(before);
  });

  it('in any event is acked as a problem', async () => {
    const before = pids();
    using device = await account.connect();
    const names = [
      'message:send',
      'generation:follow',
      'generation:stop',
      'typing:set',
      'auth:refresh',
      'no:such:event',
      '__proto__',
      'toString',
    ];
    const payloads = [
      undefined,
      null,
      7,
      'x',
      [],
      [[]],
      { __proto__: { a: 1 } },
      { content: '\0', clientMessageId: randomUUID() },
      randomBytes(64),
      { conversationId: {} },
    ];
    for (const name of names) {
      for (const payload of payloads) expect(await device.emit(name, payload)).toMatchObject({ ok: false });
    }
    device.socket.emit('message:send');
    device.socket.emit('message:send', 'no ack function', 'at all');
    await expectUnharmed(before);
  });
});

describe('an abusive socket hurts only itself', () => {
  it.each([
    ['no token', {}, {}],
    ['a broken token', { token: 'x.y.z' }, {}],
    ['a token that is no text', { token: { $ne: 1 } }, {}],
    ['a page of another origin', undefined, { origin: 'https://evil.example' }],
  ])('%s is refused at the handshake', async (_name, auth, extraHeaders) => {
    const socket = io(system.url, {
      auth: auth ?? { token: account.accessToken },
      extraHeaders,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    const refused = await new Promise((resolve) => {
      socket.once('connect', () => resolve(false));
      socket.once('connect_error', () => resolve(true));
    });
    socket.disconnect();
    expect(refused).toBe(true);
  });

  it('an oversized message closes its own connection alone', async () => {
    using bystander = await account.connect();
    using device = await account.connect();
    device.socket.emit('message:send', { clientMessageId: randomUUID(), content: 'x'.repeat(2_000_000) });
    await waitFor(() => !device.socket.connected, { description: 'the connection is closed' });
    expect(await bystander.emit('generation:unfollow', { generationId: randomUUID() })).toMatchObject({ ok: true });
  });

  it('a flood of events is refused beyond the limit, on all sockets of its account, and others are served', async () => {
    const flooder = await createAccount(system.url);
    using device = await flooder.connect();
    using second = await flooder.connect();
    using bystander = await account.connect();
    const acks = await Promise.all(
      Array.from({ length: 400 }, () => device.emit('generation:unfollow', { generationId: randomUUID() })),
    );
    expect(acks.filter((ack) => ack.ok)).toHaveLength(300);
    const refused = { ok: false, problem: { reason: 'RATE_LIMITED', status: 429 } };
    expect(acks.at(-1)).toMatchObject(refused);
    expect(await second.emit('generation:unfollow', { generationId: randomUUID() })).toMatchObject(refused);
    expect(await bystander.emit('generation:unfollow', { generationId: randomUUID() })).toMatchObject({ ok: true });
  });
});

it('compression is never agreed on, whatever the client offers', async () => {
  const answer = await handshake(system.url, {
    'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
  });
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
  expect(answer.toLowerCase()).not.toContain('sec-websocket-extensions');
});

describe('limits', () => {
  it('answer a sender over the limit with 429 and Retry-After', async () => {
    const sender = await createAccount(system.url);
    const post = () =>
      sender.request('POST', '/conversations/new/messages', { clientMessageId: randomUUID(), content: 'hi' });
    let answer = await post();
    for (let sent = 1; sent <= messagesPerMinute && answer.status !== 429; sent += 1) answer = await post();
    expect(answer).toMatchObject({ status: 429, body: { reason: 'RATE_LIMITED', retryable: true } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it.each([
    ['a body over the limit', 413, 'PAYLOAD_TOO_LARGE', () => JSON.stringify({ email: 'x'.repeat(2_000_000) })],
    ['a body that is no JSON', 400, 'VALIDATION_FAILED', () => '{"email":'],
  ])('%s is %i %s', async (_name, status, reason, body) => {
    const response = await fetch(`${system.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body(),
    });
    expect([response.status, await response.json()]).toMatchObject([status, { reason }]);
  });

  it('a message over 100,000 characters or of white space alone is refused and stores nothing', async () => {
    const writer = await createAccount(system.url);
    for (const content of ['x'.repeat(100_001), ' \n\t ', '']) {
      const { status } = await writer.request('POST', '/conversations/new/messages', {
        clientMessageId: randomUUID(),
        content,
      });
      expect(status).toBe(400);
    }
    expect((await writer.request('GET', '/conversations')).body).toEqual({ items: [], nextCursor: null });
  });
});

describe('the refresh cookie', () => {
  async function signIn() {
    const { email, password } = account;
    const { headers, body } = await callApi(system.url, 'POST', '/api/v1/auth/login', { body: { email, password } });
    return { cookie: headers.get('set-cookie') ?? '', body };
  }

  it('is HttpOnly and SameSite=Strict, and the body does not repeat it', async () => {
    const { cookie, body } = await signIn();
    expect(cookie).toMatch(/^refresh=[^;]+;.*Path=\/;.*HttpOnly;.*SameSite=Strict/);
    expect(body).not.toHaveProperty('refreshToken');
  });

  it.each([
    ['nothing that shows our own page', {}, 403],
    ['the Origin of another page', { origin: 'https://evil.example' }, 403],
    ['our own Origin', { origin: 'own' }, 200],
    ['a header that other pages cannot set', { 'x-requested-with': 'chatbot' }, 200],
  ])('with %s: %i', async (_name, extra, status) => {
    const { cookie } = await signIn();
    const headers = {
      cookie: cookie.split(';', 1)[0] ?? '',
      ...('origin' in extra && extra.origin === 'own' ? { origin: system.url } : extra),
    };
    expect((await callApi(system.url, 'POST', '/api/v1/auth/refresh', { headers })).status).toBe(status);
  });
});

describe('what leaves the system', () => {
  it('carries a strict policy and no trace of the framework', async () => {
    const { headers } = await callApi(system.url, 'GET', '/');
    expect(headers.get('content-security-policy')).toContain("default-src 'self';script-src 'self';");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  it('one request id and one trace id run through the log lines of every service that had a part', async () => {
    const requestId = `trace-${randomUUID()}`;
    const traceId = randomBytes(16).toString('hex');
    const headers = { 'x-request-id': requestId, traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const answer = await account.request(
      'POST',
      '/conversations/new/messages',
      { clientMessageId: randomUUID(), content: 'trace me' },
      headers,
    );
    expect(answer.headers.get('x-request-id')).toBe(requestId);
    const linesOf = () =>
      system
        .logs()
        .split('\n')
        .filter((line) => line.includes(requestId) && line.includes(traceId));
    await waitFor(
      () =>
        ['api-gateway', 'chat-service', 'ai-service'].every((name) =>
          linesOf().some((line) => line.includes(`"service":"${name}"`)),
        ),
      {
        description: 'lines of all three services',
      },
    );
    const upstream = await sim.waitFor((request) => request.messages.at(-1)?.content === 'trace me');
    expect(upstream.headers).toMatchObject({
      'x-request-id': requestId,
      traceparent: expect.stringContaining(traceId),
    });
  });

  it('holds no password, no token and no message text in any log line or metric', async () => {
    const canary = `canary-${randomUUID()}`;
    const device = await connectDevice(system.url, account.accessToken);
    const turn = await device.send({ content: canary });
    await device.ended(turn.generationId);
    await callApi(system.url, 'POST', '/api/v1/auth/login', { body: { email: account.email, password: canary } });
    await callApi(system.url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken: canary } });
    await account.request('POST', `/conversations/${canary}/messages`, {
      clientMessageId: canary,
      content: canary,
      params: canary,
    });
    device[Symbol.dispose]();
    const metrics = await Promise.all(
      services.map(async (name) => (await fetch(system.process(name).metricsUrl ?? '')).text()),
    );
    for (const text of [system.logs(), ...metrics]) {
      for (const secret of [canary, account.password, account.accessToken, account.refreshToken])
        expect(text).not.toContain(secret);
    }
    for (const text of metrics) expect(text).not.toContain(turn.conversationId);
  });
});

afterEach(() => {
  expect(system.logs()).not.toContain('"level":"fatal"');
});
