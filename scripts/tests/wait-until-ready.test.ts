import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { waitUntilReady } from '../start/wait-until-ready.ts';

/** A gateway whose /health gives one answer after the other, the last one for ever. */
async function startGateway(answers: unknown[]) {
  const left = [...answers];
  const server = createServer((_request, response) => {
    response.end(JSON.stringify(left.length > 1 ? left.shift() : left[0]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() };
}

const signal = new AbortController().signal;
const down = { status: 'down', model: { ok: false } };
const degraded = { status: 'degraded', model: { ok: false, error: 'Ollama does not answer' } };
const ok = { status: 'ok', model: { ok: true, name: 'demo:latest' } };

it('waits until every gateway is well and returns the model that answers', async () => {
  using first = await startGateway([down, degraded, ok]);
  using second = await startGateway([down, down, down, ok]);
  const urls = [first.url, second.url];
  const health = await waitUntilReady({ urls, timeoutMs: 10_000, degradedForMs: 5_000, signal });
  expect(health.model.name).toBe('demo:latest');
});

it('takes a system without a model for ready when there is no hope for one', async () => {
  using gateway = await startGateway([degraded]);
  const health = await waitUntilReady({ urls: [gateway.url], timeoutMs: 10_000, degradedForMs: 0, signal });
  expect(health.model.error).toBe('Ollama does not answer');
});

it('gives up with the last answer when it never is', async () => {
  using gateway = await startGateway([down]);
  const wait = waitUntilReady({ urls: [gateway.url], timeoutMs: 300, degradedForMs: 0, signal });
  await expect(wait).rejects.toThrow(`Not ready after 0.3 s: ${gateway.url}/health answers {"status":"down"`);
});
