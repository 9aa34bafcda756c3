import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { aiServiceDefinition } from '@chatbot/proto';
import { waitFor } from '@chatbot/testkit';
import { Client, credentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { type HealthCheck, unary } from '../src/index.ts';
import { anyInput, callOptions, connectTo, readAll, startTestServer } from './harness.ts';

/** A handler that answers with `name`. */
function named(name: string) {
  return { GenerateTitle: unary({ access: 'anyone', input: anyInput, handle: async () => ({ title: name }) }) };
}

describe('a client', () => {
  it('learns UNAVAILABLE from a server that is killed in the middle of a stream', async () => {
    const fixture = fileURLToPath(new URL('fixtures/rpc-server.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=source', fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(child.stdout, 'data');
      using client = connectTo(`127.0.0.1:${String(line).trim()}`);
      const reading = (async () => {
        for await (const message of client.serverStream('Generate', {}, callOptions())) {
          expect(message.delta).toEqual({ text: 'begun' });
          child.kill('SIGKILL');
        }
      })();
      await expect(reading).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('learns UNAVAILABLE when nobody listens', async () => {
    const server = await startTestServer();
    await server[Symbol.asyncDispose]();
    using client = server.connect();
    await expect(client.unary('ListPersonas', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  });

  it('learns UNAVAILABLE from a server that takes connections and says nothing, long before the stream is overdue', async () => {
    const opened: Socket[] = [];
    const silent = createServer((socket) => void opened.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    using client = connectTo(`127.0.0.1:${port}`, { connectTimeoutMs: 100 });
    const overdueInMs = 600_000;
    const options = { ...callOptions(), timeoutMs: overdueInMs };
    for (const stream of [client.serverStream('Generate', {}, options), client.duplex('Generate', {}, options)])
      await expect(readAll(stream)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(opened.length).toBeGreaterThan(0);
    for (const socket of opened) socket.destroy();
    silent.close();
  });

  it('spreads its calls over all addresses, and over the rest when one goes', async () => {
    const one = await startTestServer({ handlers: named('one') });
    await using two = await startTestServer({ handlers: named('two') });
    using client = connectTo(`ipv4:127.0.0.1:${one.port},127.0.0.1:${two.port}`);
    const ask = async () => (await client.unary('GenerateTitle', {}, callOptions())).title;
    const seen = new Set<string>();
    await waitFor(async () => seen.add(await ask()).size === 2, { description: 'both have answered' });
    await one[Symbol.asyncDispose]();
    await waitFor(async () => (await ask()) === 'two' && (await ask()) === 'two', { description: 'one is left out' });
  });

  it('finds a server again that was restarted', async () => {
    const first = await startTestServer({ handlers: named('first') });
    using client = first.connect();
    expect(await client.unary('GenerateTitle', {}, callOptions())).toEqual({ title: 'first' });
    await first[Symbol.asyncDispose]();
    await expect(client.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    await using _second = await startTestServer({ handlers: named('second'), port: first.port });
    const answer = await waitFor(() => client.unary('GenerateTitle', {}, callOptions()), { description: 'it answers' });
    expect(answer).toEqual({ title: 'second' });
  });
});

describe('health', () => {
  it('tells SERVING and the version of a service that has what it needs', async () => {
    await using server = await startTestServer();
    using client = server.connect();
    expect(await client.checkServing(callOptions())).toEqual({ version: '1.2.3' });
  });

  it('follows the checks of the service', async () => {
    let broken = true;
    const check: HealthCheck = {
      name: 'database',
      async check() {
        if (broken) throw new Error('no database');
      },
    };
    await using server = await startTestServer({ checks: [check] });
    using client = server.connect();
    await expect(client.checkServing(callOptions())).rejects.toMatchObject({
      reason: 'UNAVAILABLE',
      detail: 'It says NOT_SERVING',
    });
    broken = false;
    await waitFor(() => client.checkServing(callOptions()), { description: 'it is SERVING' });
    broken = true;
    await waitFor(
      () =>
        client.checkServing(callOptions()).then(
          () => false,
          () => true,
        ),
      {
        description: 'it is NOT_SERVING again',
      },
    );
  });
});

it('lists by reflection the service that it serves and no other', async () => {
  await using server = await startTestServer();
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const call = client.makeBidiStreamRequest(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes.toString('latin1'),
  );
  // ServerReflectionRequest with list_services (field 7) set to an empty text.
  call.write(Buffer.from([0x3a, 0x00]));
  const [answer] = await once(call, 'data');
  call.end();
  client.close();
  expect(answer).toContain('chatbot.ai.v1.AiService');
  expect(answer).not.toContain('chatbot.user');
});

describe('a server lives on after', () => {
  it.each([
    ['HTTP/1', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
    ['a TLS greeting', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])],
    ['a bad frame', Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.alloc(4_096, 0xff)])],
  ])('%s on its port', async (_kind, bytes) => {
    await using server = await startTestServer();
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    socket.resume().write(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    using client = server.connect();
    await client.unary('ListPersonas', {}, callOptions());
  });

  it.each([
    ['a message that is no protobuf', { 'content-type': 'application/grpc' }, grpcFrame(Buffer.alloc(64, 0xff))],
    ['a message cut short', { 'content-type': 'application/grpc' }, grpcFrame(Buffer.alloc(64)).subarray(0, 20)],
    ['no message', { 'content-type': 'application/grpc' }, Buffer.alloc(0)],
    ['two messages', { 'content-type': 'application/grpc' }, Buffer.concat([grpcFrame(), grpcFrame()])],
    ['another content type', { 'content-type': 'text/html' }, Buffer.from('<html>')],
    ['a bad timeout', { 'content-type': 'application/grpc', 'grpc-timeout': 'soon' }, grpcFrame()],
    ['an endless timeout', { 'content-type': 'application/grpc', 'grpc-timeout': '99999999H' }, grpcFrame()],
    ['bad binary metadata', { 'content-type': 'application/grpc', 'x-bin': '%%%' }, grpcFrame()],
    ['unknown compression', { 'content-type': 'application/grpc', 'grpc-encoding': 'x' }, grpcFrame(undefined, 1)],
    ['broken compression', { 'content-type': 'application/grpc', 'grpc-encoding': 'gzip' }, grpcFrame(undefined, 1)],
  ])('%s', async (_kind, headers, body) => {
    await using server = await startTestServer();
    const session = connectHttp2(`http://127.0.0.1:${server.port}`);
    const stream = session.request({ ':method': 'POST', ':path': aiServiceDefinition.ListPersonas.path, ...headers });
    stream.on('error', () => {}).resume();
    stream.end(body);
    await new Promise((resolve) => stream.once('close', resolve));
    session.close();
    using client = server.connect();
    await client.unary('ListPersonas', {}, callOptions());
  });

  it('a request of more than 16 MB, which it refuses', async () => {
    await using server = await startTestServer();
    const unlimited = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = aiServiceDefinition.GenerateTitle;
    const request = { messages: [{ role: 'user', content: 'x'.repeat(17 * 1024 * 1024) }] };
    const code = await new Promise((resolve) => {
      unlimited.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error) => resolve(error?.code));
    });
    expect(code).toBe(8);
    unlimited.close();
    using client = server.connect();
    await expect(client.unary('GenerateTitle', request, callOptions())).rejects.toMatchObject({ reason: 'OVERLOADED' });
    await client.unary('ListPersonas', {}, callOptions());
  });
});

/** A length-prefixed message of gRPC. */
function grpcFrame(message: Buffer = Buffer.alloc(0), compressed = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
