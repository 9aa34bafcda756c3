import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createLogger, createRegistry, createRequestContext, noTracing } from '@chatbot/service-kit';
import { createTestRedis, startTcpProxy, type TcpProxy, waitFor } from '@chatbot/testkit';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Frame } from '../src/generation/frame.ts';
import { createGenerationLog, type GenerationLog } from '../src/generation/log.ts';
import { createLogWriter } from '../src/generation/log-writer.ts';
import { type LogTail, startLogTail } from '../src/generation/tail.ts';
import { createEventSink } from '../src/http/event-sink.ts';
import { createGatewayMetrics } from '../src/metrics.ts';
import { connectRedis, type RedisRole } from '../src/redis.ts';
import type { ClientSocket } from '../src/sockets/event.ts';
import { createSocketSink } from '../src/sockets/socket-sink.ts';
import { waitingChars } from '../src/sockets/waiting-packets.ts';

const generationId = randomUUID();
const eventsId = randomUUID();
const resources = new AsyncDisposableStack();
let log: GenerationLog;
let tail: LogTail;
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
  tail = resources.use(
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
  const http = createServer(serveEvents);
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

async function openWriter(id: string) {
  const claim = await log.claim(id, createRequestContext());
  return createLogWriter({
    log,
    generationId: id,
    fence: claim?.fence ?? 0,
    lastSeq: 0,
    text: '',
    pressure: { windowMs: 0 },
  });
}

it('a reader that takes nothing for a while costs the gateway a bounded memory and the others no time, and then gets every frame', async () => {
  const quick = await connectReader('the quick one', port);
  const slow = await connectReader('the slow one', proxy.port);
  const connection = server.sockets.sockets.get(slow.id)?.conn;
  proxy.stall();

  const writer = await openWriter(generationId);
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

/** By reader of events: how many bytes waited for it when its connection was closed before the end. */
const cutOff = new Map<string, number>();

/** The frames after the last event that the reader says it has. */
const serveEvents: RequestListener = (request, response) => {
  const afterSeq = Number(request.headers['last-event-id']);
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
  const sink = createEventSink({
    response,
    write: (text) => void response.write(text),
    onEnd: () => response.end(),
    // Nobody else is cut off, however busy the machine is.
    ...(request.url === '/slow' ? { patienceMs: 200 } : {}),
  });
  const following = tail.follow(eventsId, { afterSeq, sink: { ...sink, gone: () => undefined } });
  response.on('close', () => {
    if (!response.writableFinished) cutOff.set(request.url ?? '', response.writableLength);
    following.close();
  });
};

/** The numbers of the events that came whole, until the end or until the connection is lost. */
async function readEvents({ name, toPort, afterSeq }: { name: string; toPort: number; afterSeq: number }) {
  const headers = { 'last-event-id': String(afterSeq) };
  const response = await fetch(`http://127.0.0.1:${toPort}/${name}`, { headers });
  let text = '';
  try {
    for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()))
      text += piece;
  } catch {
    // What came before the connection was lost counts.
  }
  const whole = text.slice(0, text.lastIndexOf('\n\n') + 1);
  return [...whole.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));
}

it('a reader of events that takes nothing for too long is cut off with a bounded memory, and gets the rest when it asks again', async () => {
  const quick = readEvents({ name: 'quick', toPort: port, afterSeq: 0 });
  const slow = readEvents({ name: 'slow', toPort: proxy.port, afterSeq: 0 });
  await waitFor(() => proxy.connectionCount > 0, { description: 'the slow reader is connected' });
  proxy.stall();
  const writer = await openWriter(eventsId);
  for (let index = 0; index < frameCount && !cutOff.has('/slow'); index += 1) {
    writer.push({ type: 'delta', text: `${index} `.padEnd(frameChars, 'x') });
    await writer.settled();
  }
  await waitFor(() => cutOff.has('/slow'), { description: 'the slow reader is cut off' });
  writer.push({ type: 'end', status: 'completed', messageId: 'm' });
  const everything = await quick;
  expect(everything).toEqual(Array.from({ length: writer.seq }, (_unused, index) => index + 1));
  // The one frame that filled it up, and what was let in before that.
  expect(cutOff.get('/slow')).toBeLessThan(3 * frameChars);
  expect([...cutOff.keys()]).toEqual(['/slow']);

  await proxy.heal();
  const got = await slow;
  expect(got.length).toBeLessThan(everything.length);
  const rest = await readEvents({ name: 'again', toPort: proxy.port, afterSeq: got.length });
  expect([...got, ...rest]).toEqual(everything);
}, 120_000);
