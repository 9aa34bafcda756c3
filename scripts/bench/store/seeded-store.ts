import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type ChatServiceDefinition, chatServiceDefinition } from '@chatbot/proto';
import {
  createRegistry,
  createRequestContext,
  createRpcClient,
  createRpcMetrics,
  type RpcCallOptions,
  type RpcClient,
} from '@chatbot/service-kit';
import { createDatabaseOn, createTestTokens, startPostgresCluster, type TestTokens } from '@chatbot/testkit';
import pg from 'pg';
import { rootDir } from '../../root-dir.ts';
import { runProgram } from '../../run-program.ts';
import { fillDatabase } from '../../seed/fill-database.ts';
import { findFreePorts } from '../../start/ports.ts';
import { spawnProgram } from '../../start/spawn-program.ts';
import { waitForReadiness } from '../../start/wait-for-readiness.ts';
import { stopProgram } from '../running-program.ts';

/** What each account has, in either store. */
const accountShape = { conversations: 20, messages: 50 };
/** Accounts that requests are made for, one after the other. */
const sampleSize = 300;
const requestTimeoutMs = 20_000;

/** Somebody whose conversations are stored. */
export interface StoredAccount {
  caller: RpcCallOptions;
  conversationId: string;
  /** In the middle of that conversation. */
  messageId: string;
  /** It is in that message and in no other one. */
  rareWord: string;
}

/** chat-service as a process of its own, on a database that holds messages already. */
export interface SeededStore {
  name: string;
  client: RpcClient<ChatServiceDefinition>;
  /** Some of all accounts, by chance. */
  accounts: readonly StoredAccount[];
  /** Pages of 8 kB that statements have read so far, from memory or from the disk. */
  countPages(): Promise<number>;
}

export interface SeededStores extends AsyncDisposable {
  stores: readonly SeededStore[];
}

/** Fills one store for each number of accounts, all of the same shape, on one Postgres of this machine. */
export async function startSeededStores(options: {
  accountCounts: readonly number[];
  note: (text: string) => void;
}): Promise<SeededStores> {
  await using resources = new AsyncDisposableStack();
  // Reading is measured alone, so filling need not wait for the disk.
  const cluster = resources.use(await startPostgresCluster({ preload: ['pg_stat_statements'] }));
  const tokens = resources.use(await createTestTokens());
  const stores: SeededStore[] = [];
  for (const accountCount of options.accountCounts) {
    const { url: databaseUrl } = await createDatabaseOn(cluster.url);
    await fill({ databaseUrl, accountCount, note: options.note });
    stores.push(await startStore({ databaseUrl, accountCount, tokens, resources }));
  }
  const running = resources.move();
  return { stores, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function fill(store: { databaseUrl: string; accountCount: number; note: (text: string) => void }): Promise<void> {
  const { databaseUrl, accountCount, note } = store;
  const { code, output } = await runProgram({
    command: process.execPath,
    args: [
      '--conditions=source',
      join(rootDir, 'scripts', 'start', 'processes', 'run-module.ts'),
      join(rootDir, 'services', 'chat-service', 'src', 'migrate.ts'),
    ],
    cwd: rootDir,
    env: { DATABASE_URL: databaseUrl },
  });
  if (code !== 0) throw new Error(`the tables were not made:\n${output}`);
  const shape = { accounts: accountCount, ...accountShape };
  await fillDatabase({ databaseUrl, userId: randomUUID(), shape, say: note });
}

async function startStore(store: {
  databaseUrl: string;
  accountCount: number;
  tokens: TestTokens;
  resources: AsyncDisposableStack;
}): Promise<SeededStore> {
  const { databaseUrl, accountCount, tokens, resources } = store;
  const database = resources.adopt(new pg.Client({ connectionString: databaseUrl }), (client) => client.end());
  await database.connect();
  await database.query('CREATE EXTENSION pg_stat_statements');
  const address = await startChatService({ databaseUrl, jwksUrl: tokens.jwksUrl, resources });
  const metrics = createRpcMetrics(createRegistry('bench'));
  const client = createRpcClient({ definition: chatServiceDefinition, peer: 'chat-service', address, metrics });
  const messageCount = accountCount * accountShape.conversations * accountShape.messages;
  return {
    name: `${messageCount.toLocaleString('en-US')} messages`,
    client: resources.use(client),
    accounts: await sampleAccounts(database, tokens),
    async countPages() {
      const { rows } = await database.query<{ pages: string }>(pagesSql);
      return Number(rows[0]?.pages);
    },
  };
}

async function startChatService(service: {
  databaseUrl: string;
  jwksUrl: string;
  resources: AsyncDisposableStack;
}): Promise<string> {
  const { databaseUrl, jwksUrl, resources } = service;
  const [grpcPort, metricsPort, unusedPort] = await findFreePorts(3);
  const env = {
    GRPC_PORT: String(grpcPort),
    METRICS_PORT: String(metricsPort),
    DATABASE_URL: databaseUrl,
    JWKS_URL: jwksUrl,
    // Nobody types here, and it works without.
    REDIS_URL: `redis://127.0.0.1:${unusedPort}`,
    LOG_LEVEL: 'fatal',
  };
  const script = join(rootDir, 'services', 'chat-service', 'src', 'main.ts');
  const child = spawnProgram({ script, args: [], env }, () => {});
  resources.defer(() => stopProgram(child));
  const url = `http://127.0.0.1:${metricsPort}/readyz`;
  const ended = new AbortController();
  child.once('close', () => ended.abort());
  if (!(await waitForReadiness({ by: 'http', url }, ended.signal))) throw new Error('chat-service ended at once');
  return `127.0.0.1:${grpcPort}`;
}

async function sampleAccounts(database: pg.Client, tokens: TestTokens): Promise<StoredAccount[]> {
  const { rows } = await database.query<{ userId: string; conversationId: string; messageId: string; word: string }>(
    sampleSql,
    [sampleSize, accountShape.messages / 2],
  );
  return rows.map(({ userId, word: rareWord, ...place }) => ({
    ...place,
    rareWord,
    caller: {
      context: createRequestContext(),
      timeoutMs: requestTimeoutMs,
      accessToken: tokens.sign({ userId, expiresInSeconds: 86_400 }),
    },
  }));
}

/** The last word of a seeded message is its own. */
const sampleSql = `
  SELECT c.user_id AS "userId", c.id AS "conversationId", m.id AS "messageId",
    substring(m.content FROM '[^ ]+$') AS word
  FROM (SELECT id, user_id FROM conversations ORDER BY random() LIMIT $1) c
  CROSS JOIN LATERAL (
    SELECT m.id, m.content FROM messages m WHERE m.conversation_id = c.id ORDER BY m.id OFFSET $2 LIMIT 1
  ) m`;

/** The outbox is looked at all the time, whatever is asked. */
const pagesSql = `
  SELECT coalesce(sum(s.shared_blks_hit + s.shared_blks_read), 0) AS pages
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
  WHERE d.datname = current_database() AND s.query !~ 'outbox|pg_stat_statements'`;
