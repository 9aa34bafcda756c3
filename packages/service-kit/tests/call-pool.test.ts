import {
  createTestDatabase,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  urlThrough,
  waitFor,
} from '@chatbot/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { CallPool } from '../src/postgres/index.ts';
import { inCall } from '../src/rpc/current-call.ts';

const cancelRequestCode = 80_877_102;

let database: TestDatabase;
let proxy: TcpProxy;
let pool: CallPool;
let cancelCount = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  const { hostname: host, port } = new URL(database.url);
  const createTap = () => (bytes: Buffer) => {
    if (bytes.length === 16 && bytes.readInt32BE(4) === cancelRequestCode) cancelCount += 1;
  };
  proxy = await startTcpProxy({ target: { host, port: Number(port) }, createTap });
  await using holder = await connect();
  await holder.client.query('CREATE TABLE things (id int)');
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
beforeEach(() => {
  // It connects when it is first used, by whichever call that is.
  pool = new CallPool({ connectionString: urlThrough(proxy, database.url), max: 1 });
  cancelCount = 0;
});
afterEach(() => pool.end());

const read = () => pool.query('SELECT id FROM things');

it('a call that gets its connection from one that was given up is not given up with it', async () => {
  const first = new AbortController();
  const second = new AbortController();
  let outcomes: Promise<PromiseSettledResult<unknown>[]>;
  {
    await using _held = await holdThings();
    outcomes = Promise.allSettled([inCall(first.signal, read), inCall(second.signal, read)]);
    await waitFor(() => pool.waitingCount === 1, { description: 'the second one waits' });
    first.abort(new Error('first is over'));
  }
  const [, outcome] = await outcomes;
  expect(outcome).toMatchObject({ status: 'fulfilled', value: { rows: [] } });
});

it('a call that got its connection from another one is given up when it ends itself', async () => {
  const call = new AbortController();
  const client = await pool.connect();
  // An embedded Postgres hears nothing while it works.
  const reading = inCall(call.signal, read).catch(() => undefined);
  {
    await using _held = await holdThings();
    client.release();
    await waitFor(() => pool.waitingCount === 0, { description: 'it has the connection' });
    call.abort(new Error('the call is over'));
    await waitFor(() => cancelCount === 1, { description: 'Postgres is asked to cancel' });
  }
  await reading;
});

it('a call that is given up while it waits runs nothing, and the connection stays', async () => {
  const call = new AbortController();
  const client = await pool.connect();
  const outcomes = Promise.allSettled([inCall(call.signal, read), inCall(call.signal, () => pool.connect())]);
  const reason = new Error('the call is over');
  call.abort(reason);
  client.release();
  expect(await outcomes).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ]);
  await expectSame(client);
});

it('a call that is given up in a transaction runs nothing more but its end', async () => {
  const call = new AbortController();
  const client = await pool.connect();
  await inCall(call.signal, async () => {
    await client.query('BEGIN');
    await client.query('INSERT INTO things VALUES (1)');
    call.abort(new Error('the call is over'));
    await expect(client.query('INSERT INTO things VALUES (2)')).rejects.toThrow('the call is over');
    await client.query('ROLLBACK');
  });
  client.release();
  await expectSame(client);
});

it('a call that is over cancels nothing that its connection runs later', async () => {
  const call = new AbortController();
  await inCall(call.signal, read);
  const later = read();
  call.abort(new Error('too late'));
  expect(await later).toMatchObject({ rows: [] });
});

/** The pool still has this connection, and nothing was changed over it. */
async function expectSame(client: pg.PoolClient) {
  const next = await pool.connect();
  expect(next).toBe(client);
  expect(await next.query('SELECT id FROM things')).toMatchObject({ rows: [] });
  next.release();
}

async function connect() {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

/** While it is held, whoever asks for things waits. */
async function holdThings(): Promise<AsyncDisposable> {
  const holder = await connect();
  await holder.client.query('BEGIN');
  await holder.client.query('LOCK TABLE things IN ACCESS EXCLUSIVE MODE');
  return {
    async [Symbol.asyncDispose]() {
      await holder.client.query('ROLLBACK');
      await holder[Symbol.asyncDispose]();
    },
  };
}
