import { applyMigrations } from '@chatbot/service-kit/migrate';
import { testBackends } from '../backends.ts';
import { createEmbeddedDatabase } from './embedded-database.ts';
import { createRealDatabase } from './real-database.ts';

export type TestDatabase = AsyncDisposable & {
  /** A postgres:// URL for a superuser of the database. */
  readonly url: string;
};

/**
 * A database that the caller owns: empty but for the migrations of `prismaDir` (the folder that holds `migrations/`), or quite empty
 * without one. It is PGlite or Postgres, as TEST_BACKENDS says; TEST_POSTGRES_URL names a running server to use as the latter.
 */
export async function createTestDatabase(options: { prismaDir?: string } = {}): Promise<TestDatabase> {
  const database = testBackends() === 'real' ? await createRealDatabase() : await createEmbeddedDatabase();
  try {
    if (options.prismaDir !== undefined) {
      await applyMigrations({ databaseUrl: database.url, prismaDir: options.prismaDir });
    }
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}
