import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OllamaSim, type SimRequest, startOllamaSim } from '../src/index.ts';
import { post, postChat } from './client.ts';

let sim: OllamaSim;
beforeAll(async () => {
  sim = await startOllamaSim({
    bodyBytesMax: 64 * 1024,
    models: {
      gated: { kind: 'scripted', gateAfterTokens: 2 },
      slow: { kind: 'scripted', ratePerSecond: 50, tokens: 100_000 },
      flood: { kind: 'scripted', tokens: 1_000_000_000 },
    },
  });
});
afterAll(() => sim.close());

/** Connects, sends raw bytes, and returns the socket. */
async function sendRaw(bytes: string | Buffer) {
  const socket = connect(sim.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

function rawChat(model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Go' }] });
  return `POST /api/chat HTTP/1.1\r\nHost: sim\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

describe('a client that leaves', () => {
  it.each(['gated', 'slow', 'flood'])('stops the generation of %s at once', async (model) => {
    const socket = await sendRaw(rawChat(model));
    const isUnderWay = ({ state, tokensSent }: SimRequest) => state === 'streaming' && tokensSent >= 2;
    const { id } = await sim.waitFor((request) => request.model === model && isUnderWay(request));
    const leftAt = Date.now();
    socket.resetAndDestroy();
    const ended = await sim.waitFor((request) => request.id === id && request.state === 'aborted');
    // On a machine that does other things too; without the client's leaving, they would go on for longer than the test may take.
    expect((ended.closedAt ?? 0) - leftAt).toBeLessThan(5_000);
    // Other traffic runs through the same timer meanwhile, so that a token too many would show.
    await (await postChat(sim, { model: 'slow', options: { num_predict: 5 } })).text();
    expect(sim.requests.find((request) => request.id === id)?.tokensSent).toBe(ended.tokensSent);
  });
});

describe('a client that does not read', () => {
  it('holds the generation up instead of filling the memory', async () => {
    const socket = await sendRaw(rawChat('flood'));
    socket.pause();
    const { id } = await sim.waitFor(({ model, state }) => model === 'flood' && state === 'streaming');
    const tokensSent = () => sim.requests.find((request) => request.id === id)?.tokensSent ?? 0;
    const heldUpAt = await untilSteady(tokensSent);
    expect(heldUpAt).toBeLessThan(1_000_000);
    socket.resume();
    await sim.waitFor((request) => request.id === id && request.tokensSent > heldUpAt + 100_000);
    socket.destroy();
    await sim.waitFor((request) => request.id === id && request.state === 'aborted');
  });
});

/** Resolves when a value has stayed the same while the server answered 20 other requests. */
async function untilSteady(read: () => number): Promise<number> {
  for (;;) {
    const before = read();
    for (let index = 0; index < 20; index += 1) {
      await (await fetch(`${sim.url}/api/version`)).text();
    }
    if (before > 0 && read() === before) {
      return before;
    }
  }
}

describe('bad input', () => {
  it.each([
    ['no HTTP', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0xff, 0x0d, 0x0a, 0x0d, 0x0a])],
    ['a bad header', 'GET / HTTP/1.1\r\nHost sim\r\n\r\n'],
    ['a header without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`],
    ['a length that is a lie', 'POST /api/chat HTTP/1.1\r\nHost: sim\r\nContent-Length: -1\r\n\r\n{}'],
    ['two lengths', 'POST /api/chat HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['a bad chunk', 'POST /api/chat HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ])('answers %s with an error and goes on', async (_name, bytes) => {
    const socket = await sendRaw(bytes);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await fetch(sim.url)).status).toBe(200);
  });

  it('goes on after uploads that are broken off', async () => {
    const before = sim.requests.length;
    for (const path of ['/api/chat', '/api/generate', '/api/show', '/api/pull', '/api/embed', '/nope']) {
      const socket = await sendRaw(`POST ${path} HTTP/1.1\r\nHost: sim\r\nContent-Length: 1000\r\n\r\n{"model": "`);
      socket.resetAndDestroy();
    }
    expect((await fetch(sim.url)).status).toBe(200);
    expect(sim.requests.length).toBe(before);
  });

  it('refuses a body over the limit with 413, also one of unknown length', async () => {
    const huge = JSON.stringify({ model: 'x'.repeat(200_000) });
    const upload = request(`${sim.url}/api/chat`, { method: 'POST' });
    upload.write(huge);
    const [response] = await once(upload, 'response');
    upload.end();
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(await text(response))).toEqual({ error: 'http: request body too large' });
  });

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1e999'],
    ['a model that is a number', '{"model": 5}'],
    ['a prototype', '{"__proto__": {"model": "flood"}}'],
    ['20,000 open brackets', '['.repeat(20_000)],
    ['control characters', '\u0000\uffff{}'],
  ])('answers a body that is %s with an error on every route', async (_name, body) => {
    for (const path of ['/api/chat', '/api/generate', '/api/show', '/api/pull', '/api/embed']) {
      const response = await post(sim, path, body);
      expect([400, 404]).toContain(response.status);
      expect(await response.json()).toEqual({ error: expect.any(String) });
    }
  });

  it.each([
    [{ messages: [null] }],
    [{ messages: [{ role: 'user', content: { a: 1 } }] }],
    [{ messages: [{ role: 5, content: 'x' }] }],
    [{ messages: {} }],
    [{ options: [] }],
    [{ stream: 'yes' }],
    [{ keep_alive: {} }],
  ])('answers a chat with %j with 400', async (body) => {
    const response = await postChat(sim, { model: 'flood', ...body });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  it('takes lone surrogates and invalid UTF-8 as replacement characters', async () => {
    const body = Buffer.concat([
      Buffer.from('{"model": "slow", "options": {"num_predict": 1}, "messages": [{"role": "user", "content": "\\ud83d'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}]}'),
    ]);
    const response = await fetch(`${sim.url}/api/chat`, { method: 'POST', body });
    expect(response.status).toBe(200);
    await response.text();
    expect(sim.requests.at(-1)?.messages).toEqual([{ role: 'user', content: '\ufffd\ufffd\ufffd' }]);
  });
});
