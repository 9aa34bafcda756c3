import { databaseError, type PoolState } from '@chatbot/service-kit';
import { CallPool } from '@chatbot/service-kit/postgres';
import { PrismaPg } from '@prisma/adapter-pg';
import type { z } from 'zod';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { SessionClient, statementName } from './session-client.ts';

/** Postgres. Every method throws AppError UNAVAILABLE, DEADLINE_EXCEEDED or INTERNAL. */
export type Database = AsyncDisposable & {
  /** Runs one statement in one round trip and checks its rows. */
  query<Row extends z.ZodType>(row: Row, statement: Prisma.Sql): Promise<z.output<Row>[]>;
  /** Runs one call of the Prisma client. */
  run<Result>(call: (prisma: PrismaClient) => Promise<Result>): Promise<Result>;
  /** How the pool stands at this moment. */
  readonly pool: PoolState;
};

export type DatabaseOptions = {
  readonly url: string;
  readonly poolMax: number;
  readonly statementTimeoutMs: number;
  /** Told when a connection breaks while nobody uses it; the pool replaces it. */
  readonly onConnectionLost: (error: Error) => void;
};

/** How long to wait for a connection, also for a free one of the pool. */
const connectTimeoutMs = 2_000;
/** Postgres cancels a slow statement itself; this is for one that no longer answers at all. */
const answerMarginMs = 1_000;

/** A pool that connects when it is first used and again after every failure. */
export function createDatabase(options: DatabaseOptions): Database {
  const pool = new CallPool({
    Client: SessionClient,
    connectionString: options.url,
    max: options.poolMax,
    // Connections stay, and with them their prepared statements.
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + answerMarginMs,
    application_name: 'chat-service',
    // The adapter writes times without an offset and drops the offset of those it reads. Compiling a statement (jit) takes
    // longer than any of ours may run.
    options: '-c TimeZone=UTC -c jit=off',
  });
  pool.on('error', options.onConnectionLost);
  const adapter = new PrismaPg(pool, {
    statementNameGenerator: statementName,
    onConnectionError: options.onConnectionLost,
  });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });

  async function guarded<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (thrown) {
      throw databaseError(thrown);
    }
  }

  return {
    pool,
    run: (call) => guarded(() => call(prisma)),
    async query(row, statement) {
      // Past the Prisma client: its way to a raw query costs as much as the query.
      const { text, values } = statement;
      const query = { name: statementName({ sql: text }), text, values };
      const { rows } = await guarded(() => pool.query<Record<string, unknown>>(query));
      return rows.map((found) => row.parse(found));
    },
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
