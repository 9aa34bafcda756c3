import { databaseError, type Logger, type PoolState } from '@chatbot/service-kit';
import { CallPool } from '@chatbot/service-kit/postgres';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.ts';

export type DatabaseConfig = {
  /** A postgres:// URL. */
  readonly url: string;
  /** Connections at most. */
  readonly poolMax: number;
  /** A statement that takes longer is given up. */
  readonly statementTimeoutMs: number;
};

/** The database of accounts. Every method throws AppError UNAVAILABLE, DEADLINE_EXCEEDED or INTERNAL. */
export type Database = AsyncDisposable & {
  /** Runs calls of the Prisma client; an AppError that `call` throws goes through. */
  run<Result>(call: (prisma: DatabaseClient) => Promise<Result>): Promise<Result>;
  /** Throws unless the database answers. */
  check(): Promise<void>;
  /** How the pool stands at this moment. */
  readonly pool: PoolState;
};

export type DatabaseClient = ReturnType<typeof createClient>;

/** How long to wait for a connection, also for a free one of the pool. */
const connectTimeoutMs = 5_000;
/** Postgres cancels a slow statement itself; this is for one that no longer answers at all. */
const answerMarginMs = 1_000;

/** A pool that connects when it is first used and again after every failure. */
export function openDatabase(config: DatabaseConfig, logger: Logger): Database {
  const onConnectionLost = (error: Error) =>
    logger.warn({ err: databaseError(error) }, 'a database connection was lost');
  const pool = createPool(config);
  pool.on('error', onConnectionLost);
  const prisma = createClient({ pool, onConnectionLost, ...config });

  async function run<Result>(call: (prisma: DatabaseClient) => Promise<Result>): Promise<Result> {
    try {
      return await call(prisma);
    } catch (thrown) {
      throw databaseError(thrown);
    }
  }

  return {
    run,
    check: () => run(async (client) => void (await client.$queryRaw`SELECT 1`)),
    pool,
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

function createPool({ url, poolMax, statementTimeoutMs }: DatabaseConfig): CallPool {
  return new CallPool({
    connectionString: url,
    max: poolMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + answerMarginMs,
    application_name: 'user-service',
    // The adapter writes times without an offset and drops the offset of those it reads.
    options: '-c TimeZone=UTC',
  });
}

type ClientOptions = { pool: CallPool; onConnectionLost: (error: Error) => void; statementTimeoutMs: number };

/** Secrets, and hashes of passwords, tokens and recovery codes, are left out of every result unless a query asks for them. */
function createClient({ pool, onConnectionLost, statementTimeoutMs }: ClientOptions) {
  return new PrismaClient({
    adapter: new PrismaPg(pool, { onConnectionError: onConnectionLost }),
    errorFormat: 'minimal',
    omit: {
      account: { passwordHash: true },
      refreshToken: { tokenHash: true, successorNonce: true },
      secondFactor: { secret: true },
      recoveryCode: { codeHash: true },
    },
    transactionOptions: { maxWait: connectTimeoutMs, timeout: statementTimeoutMs },
  });
}
