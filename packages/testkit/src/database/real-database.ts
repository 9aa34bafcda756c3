import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { waitFor } from '../wait-for.ts';
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
    async [Symbol.asyncDispose]() {
      // Connections that are being closed get a moment: being cut then is an error that nobody listens for any more.
      await waitFor(() => isUnused(serverUrl, name), { description: 'the database is left', timeoutMs: 2_000 }).catch(
        () => undefined,
      );
      await execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function isUnused(serverUrl: string, name: string): Promise<boolean> {
  const rows = await execute(serverUrl, `SELECT 1 FROM pg_stat_activity WHERE datname = '${name}'`);
  return rows.length === 0;
}

async function ownClusterUrl(): Promise<string> {
  cluster ??= startPostgresCluster();
  const { url } = await cluster;
  return url;
}

async function execute(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
