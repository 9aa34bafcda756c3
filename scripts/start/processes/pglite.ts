// One PGlite (Postgres as WebAssembly) behind Postgres' wire protocol: pglite.ts <data folder> <template folder> <port>
// A data folder that does not exist yet begins as a copy of the template.
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { waitForLock } from '../wait-for-lock.ts';

const connectionCountMax = 100;

const [dataDir = '', templateDir = '', port = ''] = process.argv.slice(2);

// A predecessor that lost its parent may still be closing: two on one folder would corrupt it.
const release = await waitForLock(`${dataDir}.lock`);
if (!existsSync(dataDir)) copyTemplate();
const db = await PGlite.create({ dataDir, extensions: { btree_gin, pg_trgm, pgcrypto, unaccent } });
const server = new PGLiteSocketServer({
  db,
  host: '127.0.0.1',
  port: Number(port),
  maxConnections: connectionCountMax,
});
await server.start();

process.once('SIGTERM', async () => {
  await server.stop();
  await db.close();
  release();
  process.exit(0);
});
process.send?.({ ready: true });

/** Renamed into place, so that being killed here leaves no half database. */
function copyTemplate(): void {
  const draft = `${dataDir}.new`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(templateDir, draft, { recursive: true });
  renameSync(draft, dataDir);
}
