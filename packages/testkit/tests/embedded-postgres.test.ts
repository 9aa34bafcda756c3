import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres.ts';
import { waitFor } from '../src/index.ts';

// The messages of the protocol by hand: a client library sends a pipeline at once, but a network may cut it anywhere.

let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ port: 0 });
});
afterAll(() => server[Symbol.asyncDispose]());

it('lets no other connection in between the messages of a pipeline', async () => {
  const [slow, other] = [await openConnection(), await openConnection()];
  slow.send(message('P', text(''), text("SELECT 'slow' AS answer"), int16(0)));
  await waitFor(() => slow.received().includes('1'), { description: 'the statement is parsed' });
  other.send(message('P', text(''), text("SELECT 'other' AS answer"), int16(0)), ...bindAndExecute());
  await everythingIsRead();
  slow.send(...bindAndExecute());
  await waitFor(() => slow.received().includes('slow'), { description: 'the first client has its own answer' });
  await waitFor(() => other.received().includes('other'), { description: 'the second one has its own' });
  slow.close();
  other.close();
});

it('goes on when a connection is lost in the middle of a pipeline', async () => {
  const lost = await openConnection();
  lost.send(message('P', text(''), text('BEGIN'), int16(0)), message('B', text('broken')));
  await waitFor(() => lost.received().includes('1'), { description: 'the statement is parsed' });
  lost.close();
  expect(await query('SELECT $1::int AS answer', [2])).toEqual([{ answer: 2 }]);
});

it('rolls back the transaction of a connection that is lost', async () => {
  await query('CREATE TABLE notes (text text)', []);
  const lost = await openConnection();
  lost.send(message('Q', text("BEGIN; INSERT INTO notes VALUES ('lost')")));
  await waitFor(() => lost.received().includes('INSERT'), { description: 'the row is inserted' });
  lost.close();
  expect(await query('SELECT * FROM notes', [])).toEqual([]);
});

async function query(statement: string, values: unknown[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}

async function openConnection() {
  const { port } = new URL(server.url);
  const socket: Socket = connect(Number(port), '127.0.0.1');
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
  });
  await once(socket, 'connect');
  const startup = Buffer.concat([int32(196_608), text('user'), text('postgres'), text('')]);
  socket.write(Buffer.concat([int32(startup.length + 4), startup]));
  await waitFor(() => bytes.at(-6) === 'Z'.charCodeAt(0), { description: 'the server is ready' });
  bytes = Buffer.alloc(0);
  return {
    send: (...messages: Buffer[]) => socket.write(Buffer.concat(messages)),
    received: () => bytes,
    close: () => socket.destroy(),
  };
}

/**
 * Waits until the server has read what was sent to it before: it answers a request for TLS outside of all queues, and
 * reads its sockets in one go.
 */
async function everythingIsRead(): Promise<void> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(Buffer.concat([int32(8), int32(80_877_103)]));
  await once(socket, 'data');
  socket.destroy();
}

function bindAndExecute(): Buffer[] {
  return [
    message('B', text(''), text(''), int16(0), int16(0), int16(0)),
    message('E', text(''), int32(0)),
    message('S'),
  ];
}

function message(type: string, ...fields: Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
