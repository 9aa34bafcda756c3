import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPublicServer } from './public-server.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function portOf(options: Parameters<typeof createPublicServer>[1]): Promise<number> {
  server = createPublicServer((request, response) => {
    request.resume().on('end', () => response.end('fine'));
  }, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

/** All that comes back until the connection is closed. */
function converse(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    socket.on('error', () => {}).once('close', () => resolve(answer));
    socket.write(text);
  });
}

describe('the public server cuts off', () => {
  it('headers that never end', async () => {
    const port = await portOf({ headersTimeoutMs: 50, requestTimeoutMs: 60_000 });
    const answer = await converse(port, 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ');
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*application\/problem\+json.*"reason":"REQUEST_TIMEOUT"/s);
  });

  it('a body that never ends', async () => {
    const port = await portOf({ headersTimeoutMs: 50, requestTimeoutMs: 100 });
    const answer = await converse(port, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"slow":');
    expect(answer).toContain('"reason":"REQUEST_TIMEOUT"');
  });

  it.each([
    ['a header', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['an address', `GET /?q=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ])('%s that is too long', async (_case, request) => {
    const answer = await converse(await portOf({ requestTimeoutMs: 60_000 }), request);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*application\/problem\+json.*"reason":"HEADERS_TOO_LARGE"/s);
  });

  it.each([
    ['no HTTP', 'hello there\r\n\r\n'],
    ['a header with a line break in its name', 'GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
    [
      'a length beside chunks, the way requests are smuggled',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s', async (_case, request) => {
    const answer = await converse(await portOf({ requestTimeoutMs: 60_000 }), request);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"reason":"VALIDATION_FAILED"/s);
  });
});
