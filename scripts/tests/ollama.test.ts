import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { chooseOllama, ollamaUrlFromHost } from '../start/ollama.ts';
import { findFreePorts } from '../start/ports.ts';

async function startOllama() {
  const server = createServer((_request, response) => response.end('{"version":"0.12.0"}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, [Symbol.dispose]: () => server.close() };
}

it.each([
  ['', 'http://127.0.0.1:11434'],
  ['gpu-box', 'http://gpu-box:11434'],
  ['gpu-box:1234', 'http://gpu-box:1234'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
  ['http://gpu-box:1234/', 'http://gpu-box:1234'],
  ['https://gpu-box', 'https://gpu-box'],
  ['https://gpu-box/ollama/', 'https://gpu-box/ollama'],
  ['ftp://gpu-box', undefined],
  ['not an address', undefined],
])('reads OLLAMA_HOST "%s" as %s', (host, url) => {
  expect(ollamaUrlFromHost(host)).toBe(url);
});

it('uses the Ollama of the environment when it answers', async () => {
  using ollama = await startOllama();
  const choice = await chooseOllama({ givenUrl: undefined, environmentHost: `127.0.0.1:${ollama.port}` });
  expect(choice).toEqual({ kind: 'real', url: ollama.url, answers: true });
});

it('falls back to the simulator when the Ollama of the environment does not answer', async () => {
  const [port] = await findFreePorts(1);
  expect(await chooseOllama({ givenUrl: undefined, environmentHost: `127.0.0.1:${port}` })).toEqual({
    kind: 'simulator',
  });
});

it('uses a given Ollama although it does not answer', async () => {
  const [port] = await findFreePorts(1);
  const givenUrl = `http://127.0.0.1:${port}`;
  const choice = await chooseOllama({ givenUrl, environmentHost: undefined });
  expect(choice).toEqual({ kind: 'real', url: givenUrl, answers: false });
});
