import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createLogger, createRegistry, createRequestContext, noTracing } from '@chatbot/service-kit';
import { createTestRedis, startTcpProxy, type TcpProxy, waitFor } from '@chatbot/testkit';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Frame } from '../src/generation/frame.ts';
import { createGenerationLog, type GenerationLog } from '../src/generation/log.ts';
import { createLogWriter } from '../src/generation/log-writer.ts';
import { startLogTail } from '../src/generation/tail.ts';
import { createGatewayMetrics } from '../src/metrics.ts';
import { connectRedis, type RedisRole } from '../src/redis.ts';
import type { ClientSocket } from '../src/sockets/event.ts';
import { createSocketSink } from '../src/sockets/socket-sink.ts';
import { waitingChars } from '../src/sockets/waiting-packets.ts';

const generationId = randomUUID();
const resources = new AsyncDisposableStack();
let log: GenerationLog;
let server: Server;
let port: number;
let proxy: TcpProxy;

/** What a gateway has between a log and its clients, over real sockets; the way of one of them can be stopped up. */
beforeAll(async () => {
  const redis = resources.use(await createTestRedis());
  const logger = createLogger({ service: 'test', level: 'silent' });
  const connect = (role: RedisRole) => resources.use(connectRedis(redis.url, { role, logger })).client;
  const owner = randomUUID();
  const commands = connect('commands');
  log = createGenerationLog({ redis: commands, owner, leaseTtlMs: 60_000, tracing: noTracing });
  const tail = resources.use(
    startLogTail({
      log,
      redis: commands,
      blocking: connect('blocking'),
      logger,
      metrics: createGatewayMetrics(createRegistry('test')),
      owner,
      onCutOff: () => undefined,
    }),
  );
  const http = createServer();
  server = new Server(http, { transports: ['websocket'], pingTimeout: 120_000 });
  resources.defer(() => server.close());
  server.on('connection', (socket: ClientSocket) => {
    const sink = createSocketSink(socket, { generationId, onOver: () => undefined });
    tail.follow(generationId, { afterSeq: 0, sink: { ...sink, gone: () => undefined } });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  port = address.port;
  proxy = resources.use(await startTcpProxy({ target: { host: '127.0.0.1', port } }));
}, 60_000);

afterAll(() => resources.disposeAsync());

/** A client, and the frames that it has been sent. */
async function connectReader(name: string, toPort: number) {
  const frames: Frame[] = [];
  const socket = io(`http://127.0.0.1:${toPort}`, { transports: ['websocket'], forceNew: true, reconnection: false });
  resources.defer(() => void socket.disconnect());
  socket.on('generation:frame', (frame: Frame) => void frames.push(frame));
  await new Promise<void>((resolve) => void socket.once('connect', resolve));
  const hasAll = () =>
    waitFor(() => frames.at(-1)?.type === 'end', { description: `${name} has the end`, timeoutMs: 60_000 });
  return { id: socket.id ?? '', frames, hasAll };
}

it('a reader that takes nothing for a while costs the gateway a bounded memory and the others no time, and then gets every frame', async () => {
  const quick = await connectReader('the quick one', port);
  const slow = await connectReader('the slow one', proxy.port);
  const connection = server.sockets.sockets.get(slow.id)?.conn;
  proxy.stall();

  const claim = await log.claim(generationId, createRequestContext());
  const writer = createLogWriter({
    log,
    generationId,
    fence: claim?.fence ?? 0,
    lastSeq: 0,
    text: '',
    pressure: { windowMs: 0 },
  });
  let waitingCharsMax = 0;
  for (let index = 0; index < frameCount; index += 1) {
    writer.push({ type: 'delta', text: `${index} `.padEnd(frameChars, 'x') });
    await writer.settled();
    waitingCharsMax = Math.max(waitingCharsMax, waitingChars(connection));
  }
  writer.push({ type: 'end', status: 'completed', messageId: 'm' });
  await quick.hasAll();
  expect(slow.frames).toEqual([]);
  // Some of it waits here, what came after that in the log: far more was written than the kernel takes.
  expect(waitingCharsMax).toBeGreaterThan(0);
  expect(waitingCharsMax).toBeLessThan(1024 * 1024);

  await proxy.heal();
  await slow.hasAll();
  expect(slow.frames).toEqual(quick.frames);
  expect(slow.frames.map(({ seq }) => seq)).toEqual(
    Array.from({ length: frameCount + 1 }, (_unused, index) => index + 1),
  );
}, 120_000);

const frameChars = 128 * 1024;
/** Together 12 MiB. */
const frameCount = 96;
