import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import { z } from 'zod';
import { parseConfig, urlVariable } from './config.ts';

/**
 * The whole of a migration program: applies the migrations of `prismaDir` to the database at DATABASE_URL, prints
 * `{"applied": [names]}` as one line and ends the process with 0, or with 1 and the reason on standard error.
 */
export async function runMigrations(options: { process: NodeJS.Process; prismaDir: string }): Promise<never> {
  const { process, prismaDir } = options;
  const shape = { DATABASE_URL: urlVariable(['postgres', 'postgresql'], 'The database to bring up to date') };
  try {
    const { DATABASE_URL: databaseUrl } = parseConfig(z.object(shape), process.env);
    const applied = await applyMigrations({ databaseUrl, prismaDir });
    process.stdout.write(`${JSON.stringify({ applied })}\n`);
  } catch (error) {
    process.stderr.write(
      `The database cannot be migrated:\n${error instanceof Error ? error.message : String(error)}\n`,
    );
    return process.exit(1);
  }
  // Not left to the event loop: the engine never clears the timer with which it waits ten seconds for its lock.
  return process.exit(0);
}

/**
 * Applies the migrations of a Prisma folder that a database does not have yet, in order, and returns their names.
 * It is `prisma migrate deploy` on Prisma's own schema engine as WebAssembly, with the same `_prisma_migrations` table: it needs no
 * download and no native binary. A file is applied as a whole or not at all: Postgres runs it as one implicit transaction
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT). Throws when a migration fails or the database holds tables but no migration history.
 */
export async function applyMigrations(options: { databaseUrl: string; prismaDir: string }): Promise<readonly string[]> {
  const baseDir = path.join(options.prismaDir, 'migrations');
  await using postgres = new WholeScriptPrismaPg({ connectionString: options.databaseUrl });
  const adapter = bindMigrationAwareSqlAdapterFactory(postgres);
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, adapter);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(baseDir),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/**
 * PrismaPg cuts a script at every semicolon, also inside comments, strings and functions, and runs the pieces one by one on
 * any connection of its pool. This one sends the script as it is, on one connection. The engine leaves
 * its pools open; disposing of this closes them.
 */
class WholeScriptPrismaPg extends PrismaPg implements AsyncDisposable {
  readonly #opened: Awaited<ReturnType<PrismaPg['connect']>>[] = [];

  override async connect() {
    const adapter = await super.connect();
    this.#opened.push(adapter);
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(script).catch(throwAsAdapterError);
    };
    return adapter;
  }

  async [Symbol.asyncDispose]() {
    await Promise.all(this.#opened.map((adapter) => adapter.dispose()));
  }
}

/** The schema engine understands no other error than this one. */
function throwAsAdapterError(thrown: unknown): never {
  const error = postgresError.parse(thrown);
  throw new DriverAdapterError({
    kind: 'postgres',
    column: undefined,
    ...error,
    hint: error.hint,
    detail: error.detail,
  });
}

const postgresError = z.object({
  message: z.string().catch('unknown error'),
  code: z.string().catch('N/A'),
  severity: z.string().catch('N/A'),
  detail: z.string().optional().catch(undefined),
  hint: z.string().optional().catch(undefined),
});

async function readMigrations(baseDir: string) {
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.toSorted().map(async (name) => {
      const value = await readFile(path.join(baseDir, name, 'migration.sql'), 'utf8');
      return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
    }),
  );
  const content = await readFile(path.join(baseDir, 'migration_lock.toml'), 'utf8');
  return { baseDir, lockfile: { path: 'migration_lock.toml', content }, shadowDbInitScript: '', migrationDirectories };
}
