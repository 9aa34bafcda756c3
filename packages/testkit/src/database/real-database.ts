import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { startPostgresCluster } from './postgres-cluster.ts';
import type { TestDatabase } from './test-database.ts';

/** One cluster a test process, started with its first database. Nobody stops it: it ends with the process. */
let cluster: Promise<{ readonly url: string }> | undefined;

/** An empty database on the server at TEST_POSTGRES_URL, else on a throw-away cluster of this process. */
export async function createRealDatabase(): Promise<TestDatabase> {
  return createDatabaseOn(process.env.TEST_POSTGRES_URL ?? (await ownClusterUrl()));
}

/** An empty database on a running server, given as a postgres:// URL of a superuser. Disposing drops it, whoever is connected. */
export async function createDatabaseOn(serverUrl: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function ownClusterUrl(): Promise<string> {
  cluster ??= startPostgresCluster();
  const { url } = await cluster;
  return url;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
