import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import { createDataDir, findUser, type OwnedProcess, startOwnedProcess } from '../owned-process.ts';
import { waitFor } from '../wait-for.ts';

const run = promisify(execFile);

/** Debian keeps the server's programs off PATH, by version. */
const debianDir = '/usr/lib/postgresql';

export type PostgresClusterOptions = {
  /**
   * `off` is for tests: nothing waits for the disk. `on` leaves Postgres' own settings, under which a commit is on the disk before it is
   * answered; measurements need it. Default `off`.
   */
  durability?: 'on' | 'off';
  /** Libraries that every process of the server loads, of those that come with Postgres. */
  preload?: readonly string[];
};

/**
 * A throw-away Postgres server on loopback from the programs of this machine. It ends with this process at the latest. Throws when
 * there is no Postgres.
 */
export async function startPostgresCluster(
  options: PostgresClusterOptions = {},
): Promise<AsyncDisposable & { readonly url: string }> {
  const { durability = 'off', preload = [] } = options;
  const binDir = await findBinDir();
  // Postgres refuses to run as root.
  const user = process.getuid?.() === 0 ? await findUser('postgres') : undefined;
  const dataDir = await createDataDir('testkit-postgres', user);
  const initdb = ['--pgdata', dataDir, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
  await run(path.join(binDir, 'initdb'), [...initdb, '--no-sync'], { cwd: '/', ...user });
  const port = await freePort();
  const server = startOwnedProcess({
    command: path.join(binDir, 'postgres'),
    args: ['-D', dataDir, ...settings({ port, durability, preload })],
    dataDir,
    stopSignal: 'QUIT',
    user,
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitUntilReady(url, server);
  return { url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function settings({ port, durability, preload }: Required<PostgresClusterOptions> & { port: number }): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    timezone: 'UTC',
    shared_preload_libraries: preload.join(),
    ...(durability === 'off' ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function waitUntilReady(url: string, server: OwnedProcess): Promise<void> {
  await waitFor(() => !server.running || answers(url), { description: 'Postgres answers', timeoutMs: 30_000 });
  if (!server.running) throw new Error(`Postgres ended at once:\n${server.output()}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.end();
  return true;
}

async function findBinDir(): Promise<string> {
  const versions = await readdir(debianDir).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const candidates = [
    ...newestFirst.map((version) => path.join(debianDir, version, 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  for (const dir of candidates) {
    const found = await access(path.join(dir, 'initdb')).then(
      () => true,
      () => false,
    );
    if (found) return dir;
  }
  throw new Error(
    'TEST_BACKENDS=real needs the programs of a Postgres server (Debian: postgresql), or TEST_POSTGRES_URL',
  );
}
