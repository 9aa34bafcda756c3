import { openAsBlob } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { TestDatabase } from './test-database.ts';

/** What `CREATE EXTENSION` finds; scripts/start loads the same. */
const extensions = { btree_gin, pg_trgm, pgcrypto, unaccent };

const maxConnections = 100;
const cacheDir = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/** An empty PGlite inside this process, served on a free port. It ends with the process. */
export async function createEmbeddedDatabase(): Promise<TestDatabase> {
  const db = await PGlite.create({ extensions, loadDataDir: await freshDataDir() });
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections });
  await server.start();
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await db.close();
    },
  };
}

/** An initialised data folder as an archive: initdb takes seconds, unpacking one a fraction. Made once for each version of PGlite. */
async function freshDataDir(): Promise<Blob> {
  const file = path.join(cacheDir, `pglite-${await pgliteVersion()}.tar`);
  try {
    return await openAsBlob(file);
  } catch {
    const db = await PGlite.create();
    const archive = await db.dumpDataDir('none');
    await db.close();
    await store(file, archive);
    return archive;
  }
}

async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(path.join(path.dirname(entry), '..', 'package.json'), 'utf8'));
  return String(version);
}

/** Several test processes may do this at once: the rename makes each of them complete or invisible. */
async function store(file: string, content: Blob): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, content.stream());
  await rename(draft, file);
}
