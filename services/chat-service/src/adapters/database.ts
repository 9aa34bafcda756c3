import { PrismaPg } from '@prisma/adapter-pg';
import type { z } from 'zod';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { databaseError } from './database-error.ts';
import { SessionClient, statementName } from './session-client.ts';

/** Postgres. Every method throws AppError UNAVAILABLE, DEADLINE_EXCEEDED or INTERNAL. */
export type Database = AsyncDisposable & {
  /** Runs one statement in one round trip and checks its rows. */
  query<Row extends z.ZodType>(row: Row, statement: Prisma.Sql): Promise<z.output<Row>[]>;
  /** Runs one call of the Prisma client. */
  run<Result>(call: (prisma: PrismaClient) => Promise<Result>): Promise<Result>;
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
  const pool = {
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
  };
  const adapter = new PrismaPg(pool, {
    statementNameGenerator: statementName,
    onPoolError: options.onConnectionLost,
    onConnectionError: options.onConnectionLost,
  });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });

  async function run<Result>(call: (client: PrismaClient) => Promise<Result>): Promise<Result> {
    try {
      return await call(prisma);
    } catch (thrown) {
      throw databaseError(thrown);
    }
  }

  return {
    run,
    async query(row, statement) {
      const rows = await run((client) => client.$queryRaw<unknown[]>(statement));
      return rows.map((values) => row.parse(values));
    },
    [Symbol.asyncDispose]: () => prisma.$disconnect(),
  };
}
