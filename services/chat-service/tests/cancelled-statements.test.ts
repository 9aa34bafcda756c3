import { startTcpProxy, type TcpProxy, urlThrough, waitFor } from '@chatbot/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, refusal, startTestChatService, type TestChatService } from './harness.ts';

const cancelRequestCode = 80_877_102;

let chat: TestChatService;
let proxy: TcpProxy;
/** What the service has sent to its database. */
let sent = '';
let cancelCount = 0;
beforeAll(async () => {
  // A statement that ends within the time of a test was cancelled.
  chat = await startTestChatService({ DATABASE_STATEMENT_TIMEOUT_MS: '60000' }, async (databaseUrl) => {
    const { hostname: host, port } = new URL(databaseUrl);
    const createTap = () => (bytes: Buffer) => {
      sent += bytes.toString('latin1');
      if (bytes.length === 16 && bytes.readInt32BE(4) === cancelRequestCode) cancelCount += 1;
    };
    proxy = await startTcpProxy({ target: { host, port: Number(port) }, createTap });
    return urlThrough(proxy, databaseUrl);
  });
});
afterAll(async () => {
  await chat[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const waiting: [string, (caller: Caller) => Promise<unknown>][] = [
  ['a statement of our own', (caller) => chat.client.unary('ListConversations', {}, caller)],
  ['a statement that Prisma makes', (caller) => chat.client.unary('CreateConversation', { title: 'Late' }, caller)],
];

describe.each(waiting)('%s', (_name, call) => {
  it('is cancelled in Postgres when its call is overdue, once', async () => {
    // Keys are fetched and statements are prepared.
    await call(chat.newUser());
    const before = cancelCount;
    const callers: Caller[] = [];
    const sentCount = () => callers.filter(({ userId }) => sent.includes(userId)).length;
    {
      await using held = await holdConversations();
      // A call that is overdue before its statement is sent has nothing to cancel, so it is made again with more time.
      for (let timeoutMs = 500; sentCount() === 0; timeoutMs *= 4) {
        const caller = chat.newUser();
        callers.push(caller);
        expect((await refusal(call({ ...caller, timeoutMs }))).reason).toBe('DEADLINE_EXCEEDED');
      }
      await waitFor(() => cancelCount > before, { description: 'Postgres is asked to cancel' });
      await held.nothingWaits();
    }
    expect(await call(chat.newUser())).toBeDefined();
    expect(cancelCount).toBe(before + sentCount());
  });

  it('is cancelled in Postgres when its caller goes away, and those of other callers are not', async () => {
    const caller = chat.newUser();
    const before = cancelCount;
    const leaving = new AbortController();
    let others: Promise<unknown>[];
    {
      await using held = await holdConversations();
      const left = refusal(call({ ...caller, signal: leaving.signal }));
      await waitFor(() => sent.includes(caller.userId), { description: 'the statement is sent' });
      others = Array.from({ length: 3 }, () => call(chat.newUser()));
      leaving.abort();
      expect((await left).reason).toBe('CANCELLED');
      await waitFor(() => cancelCount > before, { description: 'Postgres is asked to cancel' });
      await held.nothingWaits({ but: others.length });
    }
    await Promise.all(others);
    expect(cancelCount).toBe(before + 1);
  });
});

/** While it is held, whoever asks for conversations waits. */
async function holdConversations() {
  const holder = new pg.Client({ connectionString: chat.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE');
  const waiters = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'chat-service' AND wait_event_type = 'Lock'`;
  async function countWaiters(): Promise<number> {
    // Within a transaction Postgres tells the same every time unless it is told to look again.
    await holder.query('SELECT pg_stat_clear_snapshot()');
    return (await holder.query(waiters)).rows.length;
  }
  return {
    /** Resolves when Postgres has no more statements that wait for the holder. An embedded one has a single session, so none. */
    nothingWaits: ({ but = 0 } = {}) =>
      waitFor(async () => (await countWaiters()) <= but, { description: 'nothing waits' }),
    async [Symbol.asyncDispose]() {
      await holder.query('ROLLBACK');
      await holder.end();
    },
  };
}
