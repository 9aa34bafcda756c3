import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, freePort, waitFor } from '@chatbot/testkit';
import { describe, expect, it } from 'vitest';

const sourceDir = fileURLToPath(new URL('../src', import.meta.url));

/** The folders of prisma/migrations, in the order in which they apply. */
function migrationNames(): string[] {
  const entries = readdirSync(`${sourceDir}/../prisma/migrations`, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).toSorted();
}

function run(file: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=source', `${sourceDir}/${file}`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

describe('main.ts', () => {
  it('ends with 1 and the names of all bad variables, without their values', async () => {
    const { code, stderr } = await run('main.ts', { GRPC_PORT: 'secret', REDIS_URL: 'secret' }).ended;
    expect(code).toBe(1);
    for (const variable of ['GRPC_PORT', 'REDIS_URL', 'DATABASE_URL', 'JWKS_URL']) expect(stderr).toContain(variable);
    expect(stderr).not.toContain('secret');
  });

  it('runs without Postgres and Redis, says that it is not ready, and ends with 0 on SIGTERM', async () => {
    const nowhere = '127.0.0.1:1';
    const metricsPort = await freePort();
    const { child, ended } = run('main.ts', {
      DATABASE_URL: `postgres://${nowhere}/chat`,
      REDIS_URL: `redis://${nowhere}`,
      JWKS_URL: `http://${nowhere}/jwks.json`,
      GRPC_PORT: '0',
      METRICS_PORT: String(metricsPort),
    });
    const readiness = () => fetch(`http://127.0.0.1:${metricsPort}/readyz`);
    const { status } = await waitFor(readiness, { description: 'an answer of /readyz', timeoutMs: 20_000 });
    expect(status).toBe(503);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });
});

describe('migrate.ts', () => {
  it('applies what is missing, once, and prints the names in one line', async () => {
    await using database = await createTestDatabase();
    const env = { DATABASE_URL: database.url };
    const first = await run('migrate.ts', env).ended;
    expect(JSON.parse(first.stdout)).toEqual({ applied: migrationNames() });
    const second = await run('migrate.ts', env).ended;
    expect(JSON.parse(second.stdout)).toEqual({ applied: [] });
  });
});
