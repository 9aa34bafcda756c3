import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { keepPipelinesWhole } from './keep-pipelines-whole.ts';

export type EmbeddedPostgresOptions = Pick<PGliteOptions, 'dataDir' | 'loadDataDir'> & {
  /** On loopback; 0 takes a free one. */
  port: number;
};

/** What `CREATE EXTENSION` finds. */
const extensions = { btree_gin, pg_trgm, pgcrypto, unaccent };

const connectionCountMax = 100;

/** PGlite (Postgres as WebAssembly) inside this process, behind Postgres' wire protocol. It has one database and no password. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<AsyncDisposable & { readonly url: string }> {
  const { port, ...files } = options;
  const db = await PGlite.create({ ...files, extensions });
  const server = new PGLiteSocketServer({ db: keepPipelinesWhole(db), port, maxConnections: connectionCountMax });
  await server.start();
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await db.close();
    },
  };
}
