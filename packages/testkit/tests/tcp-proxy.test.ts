import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../src/faults/random.ts';
import { startTcpProxy, type TcpProxy } from '../src/faults/tcp-proxy.ts';
import { waitFor } from '../src/wait-for.ts';

let resources: AsyncDisposableStack;
let proxy: TcpProxy;
/** All that the server has seen. */
let seen: string;
/** All that the proxy was sent. */
let sent: string;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  seen = '';
  sent = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      seen += bytes;
      socket.write(`echo ${bytes}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  proxy = resources.use(
    await startTcpProxy({ target: { host: '127.0.0.1', port: address.port }, createTap: () => tap }),
  );
});

afterEach(() => resources.disposeAsync());

function tap(bytes: Buffer) {
  sent += bytes;
}

/** A connection through the proxy, with what it received and how it ended. */
function open() {
  const client = { socket: connect(proxy.port, proxy.host), received: '', end: '' };
  client.socket.on('data', (bytes) => {
    client.received += bytes;
  });
  client.socket.on('error', (error: NodeJS.ErrnoException) => {
    client.end = error.code ?? 'error';
  });
  client.socket.on('close', () => {
    client.end ||= 'closed';
  });
  resources.defer(() => void client.socket.destroy());
  return client;
}

async function exchange(client: ReturnType<typeof open>, text: string) {
  client.socket.write(text);
  await waitFor(() => client.received.endsWith(`echo ${text}`), { description: `an answer to ${text}` });
}

describe('a proxy', () => {
  it('passes bytes on both ways, and the end of either side', async () => {
    const client = open();
    await exchange(client, 'one');
    client.socket.end();
    await waitFor(() => client.end === 'closed', { description: 'closed' });
  });

  it('that is cut resets what is open and refuses what is new, until it is healed', async () => {
    const client = open();
    await exchange(client, 'one');
    await proxy.cut();
    await waitFor(() => client.end === 'ECONNRESET', { description: 'reset' });
    const refused = open();
    await waitFor(() => refused.end === 'ECONNREFUSED', { description: 'refused' });
    await proxy.heal();
    await exchange(open(), 'two');
  });

  it('that is a black hole for answers delivers requests and stays silent', async () => {
    const client = open();
    await exchange(client, 'one');
    proxy.blackhole('answers');
    client.socket.write('two');
    await waitFor(() => seen === 'onetwo', { description: 'the request arrives' });
    await proxy.heal();
    await waitFor(() => client.end === 'ECONNRESET', { description: 'what lost bytes does not go on' });
    expect(client.received).toBe('echo one');
  });

  it('that is a black hole for requests delivers nothing', async () => {
    const client = open();
    await exchange(client, 'one');
    proxy.blackhole('requests');
    client.socket.write('two');
    await waitFor(() => sent === 'onetwo', { description: 'the request is on its way' });
    await proxy.heal();
    await waitFor(() => client.end === 'ECONNRESET', { description: 'what lost bytes does not go on' });
    expect(seen).toBe('one');
  });

  it('that is stalled takes no answers and loses none', async () => {
    const client = open();
    await exchange(client, 'one');
    proxy.stall();
    client.socket.write('two');
    await waitFor(() => seen === 'onetwo', { description: 'the request arrives' });
    expect(client.received).toBe('echo one');
    await proxy.heal();
    await waitFor(() => client.received === 'echo oneecho two', { description: 'the answer' });
  });

  it('that delays keeps the order, also when it delays no longer', async () => {
    const client = open();
    await exchange(client, 'a');
    proxy.delay(100);
    client.socket.write('b');
    await waitFor(() => sent === 'ab', { description: 'a piece is held back' });
    await proxy.heal();
    client.socket.write('c');
    await waitFor(() => seen.length === 3, { description: 'all pieces' });
    expect(seen).toBe('abc');
  });

  it('disturbs requests before and after they took effect, the same ones with the same seed', async () => {
    const first = await disturbances(7);
    expect(new Set(first)).toEqual(new Set(['before', 'after', 'none']));
    expect(await disturbances(7)).toEqual(first);
    expect(await disturbances(8)).not.toEqual(first);
  });
});

/** Says for each of 20 requests whether its connection broke, and whether the server had seen it. */
async function disturbances(seed: number): Promise<string[]> {
  proxy.disturb({ rate: 0.5, random: createRandom(seed) });
  const outcomes: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    seen = '';
    const client = open();
    client.socket.write('x');
    await waitFor(() => client.end !== '' || client.received !== '', { description: 'an outcome' });
    outcomes.push(client.received !== '' ? 'none' : seen === '' ? 'before' : 'after');
  }
  return outcomes;
}
