import { waitFor } from '@chatbot/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callOptions, registerSomebody, startTestUserService, type TestUserService } from './harness.ts';

let service: TestUserService;
beforeAll(async () => {
  // A statement that ends within the time of a test was cancelled.
  service = await startTestUserService({ DATABASE_STATEMENT_TIMEOUT_MS: '60000' });
});
afterAll(() => service[Symbol.asyncDispose]());

it('a transaction whose call is overdue is cancelled in Postgres and rolled back', async () => {
  const { accessToken } = await registerSomebody(service);
  const logoutAll = (timeoutMs: number) =>
    service.client.unary('LogoutAll', {}, { ...callOptions(accessToken), timeoutMs });
  {
    await using held = await holdSessions();
    await expect(logoutAll(1_500)).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
    await waitFor(async () => (await held.openStatements()) === 0, { description: 'Postgres is idle' });
  }
  await logoutAll(20_000);
});

/** While it is held, whoever asks for sessions waits. */
async function holdSessions() {
  const holder = new pg.Client({ connectionString: service.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE');
  // What the service reads by itself now and then belongs to no call, and waits for the holder.
  const busy = `SELECT 1 FROM pg_stat_activity
    WHERE application_name = 'user-service' AND state <> 'idle' AND query NOT LIKE 'SELECT%'`;
  return {
    /** What Postgres is changing for user-service, open transactions included. An embedded one has a single session, so nothing. */
    async openStatements() {
      // Within a transaction Postgres tells the same every time unless it is told to look again.
      await holder.query('SELECT pg_stat_clear_snapshot()');
      return (await holder.query(busy)).rows.length;
    },
    async [Symbol.asyncDispose]() {
      await holder.query('ROLLBACK');
      await holder.end();
    },
  };
}
