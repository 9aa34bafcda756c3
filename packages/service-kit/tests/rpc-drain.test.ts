import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { waitFor } from '@chatbot/testkit';
import { Client, credentials } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { describe, expect, it } from 'vitest';
import { serverStream, unary } from '../src/index.ts';
import { anyInput, callOptions, connectTo, delta, readAll, startTestServer } from './harness.ts';

function handlersThatWait() {
  const seen = { running: 0, ended: 0 };
  const released = Promise.withResolvers<void>();
  return {
    seen,
    release: released.resolve,
    handlers: {
      /** Finishes when it is released, whatever its signal says. */
      GenerateTitle: unary({
        access: 'anyone',
        input: anyInput,
        async handle() {
          seen.running++;
          await released.promise;
          return { title: 'finished' };
        },
      }),
      /** Goes on until it is aborted. */
      Generate: serverStream({
        access: 'anyone',
        input: anyInput,
        async *handle(_input, { signal }) {
          seen.running++;
          try {
            yield delta('begun');
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          } finally {
            seen.ended++;
          }
        },
      }),
    },
  };
}

describe('a server that is disposed of', () => {
  it('lets a running call finish and refuses new ones', async () => {
    const { seen, release, handlers } = handlersThatWait();
    const server = await startTestServer({ handlers });
    using client = server.connect();
    const call = client.unary('GenerateTitle', {}, callOptions());
    await waitFor(() => seen.running, { description: 'the call runs' });
    const disposed = server[Symbol.asyncDispose]();
    using late = connectTo(`127.0.0.1:${server.port}`);
    await expect(late.unary('ListPersonas', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    release();
    expect(await call).toEqual({ title: 'finished' });
    await disposed;
  });

  it('ends a call that takes too long with UNAVAILABLE, after its finally blocks', async () => {
    const { seen, handlers } = handlersThatWait();
    const server = await startTestServer({ handlers, drainMs: 100 });
    using client = server.connect();
    const reading = readAll(client.serverStream('Generate', {}, callOptions()));
    const outcome = expect(reading).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    await waitFor(() => seen.running, { description: 'the call runs' });
    await server[Symbol.asyncDispose]();
    await outcome;
    expect(seen.ended).toBe(1);
    expect(server.lines).toEqual([expect.objectContaining({ code: 'UNAVAILABLE' })]);
  });

  it('cuts a call off that does not heed its signal, and its caller learns UNAVAILABLE', async () => {
    const { seen, release, handlers } = handlersThatWait();
    const server = await startTestServer({ handlers, drainMs: 100 });
    using client = server.connect();
    const outcome = expect(client.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({
      reason: 'UNAVAILABLE',
    });
    await waitFor(() => seen.running, { description: 'the call runs' });
    await server[Symbol.asyncDispose]();
    await outcome;
    release();
  });

  it('takes as long as its calls need and not as long as they may, whoever watches its health', async () => {
    const server = await startTestServer({ drainMs: 60_000 });
    const watcher = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = healthMethod('Watch');
    const watch = watcher.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: '' });
    const states: unknown[] = [];
    const ended = new Promise((resolve) => watch.once('status', resolve));
    watch.on('error', () => {}).on('data', ({ status }) => states.push(status));
    await waitFor(() => states.length, { description: 'the watch has begun' });
    const startedAtMs = performance.now();
    await server[Symbol.asyncDispose]();
    await ended;
    watcher.close();
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    expect(states).toEqual(['SERVING', 'NOT_SERVING']);
  });

  it.each([
    ['has said nothing', ''],
    ['spoke another protocol', 'GET / HTTP/1.1\r\n\r\n'],
    ['spoke TLS to plaintext', Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0])],
  ])('does not wait for a connection that %s and is kept open by its other end', async (_case, bytes) => {
    const server = await startTestServer({ drainMs: 60_000 });
    // It reads nothing, so it never learns that the server has hung up.
    const socket = connectTcp(server.port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.write(bytes);
    await server[Symbol.asyncDispose]();
    socket.destroy();
  });
});

function healthMethod(name: string) {
  const method = healthService[name];
  if (method === undefined) throw new Error(`no method ${name}`);
  return method;
}
