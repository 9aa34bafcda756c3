import { once } from 'node:events';
import { join } from 'node:path';
import { createDatabaseOn, startPostgresCluster } from '@chatbot/testkit';
import { rootDir } from '../../root-dir.ts';
import { findFreePorts } from '../../start/ports.ts';
import { spawnProgram } from '../../start/spawn-program.ts';
import type { BackendName } from '../options.ts';

/** What the system is told by its environment about the servers it stands on. */
export interface Backends extends AsyncDisposable {
  env: Readonly<Record<string, string>>;
}

/**
 * Prepares the parts that scripts/start would not choose by itself. `embedded`: PGlite is its default, but the Redis in
 * JavaScript only where no redis-server is found. `real`: its own redis-server is the one on PATH, as shipped (append-only file,
 * fsync every second), but Postgres comes from here, with Postgres' own durability: a commit waits for the disk.
 */
export async function startBackends(name: BackendName): Promise<Backends> {
  await using resources = new AsyncDisposableStack();
  const env = name === 'embedded' ? await startJsRedis(resources) : await startPostgres(resources);
  const running = resources.move();
  return { env, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function startJsRedis(resources: AsyncDisposableStack): Promise<Record<string, string>> {
  const [port] = await findFreePorts(1);
  const script = join(rootDir, 'scripts', 'start', 'processes', 'js-redis.ts');
  const child = spawnProgram({ script, args: [String(port)], env: {} }, () => {});
  resources.defer(async () => {
    const closed = once(child, 'close');
    if (child.kill('SIGTERM')) await closed;
  });
  await once(child, 'message');
  return { REDIS_URL: `redis://127.0.0.1:${port}` };
}

async function startPostgres(resources: AsyncDisposableStack): Promise<Record<string, string>> {
  const cluster = resources.use(await startPostgresCluster({ durability: 'on' }));
  // The databases go with the cluster.
  const [user, chat] = [await createDatabaseOn(cluster.url), await createDatabaseOn(cluster.url)];
  return { USER_DATABASE_URL: user.url, CHAT_DATABASE_URL: chat.url };
}
