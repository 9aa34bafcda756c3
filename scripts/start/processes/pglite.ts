// One PGlite (Postgres as WebAssembly) behind Postgres' wire protocol: pglite.ts <data folder> <template folder> <port>
// A data folder that does not exist yet begins as a copy of the template.
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { startEmbeddedPostgres } from '@chatbot/testkit/embedded-postgres';
import { waitForLock } from '../wait-for-lock.ts';

const [dataDir = '', templateDir = '', port = ''] = process.argv.slice(2);

// A predecessor that lost its parent may still be closing: two on one folder would corrupt it.
const release = await waitForLock(`${dataDir}.lock`);
if (!existsSync(dataDir)) copyTemplate();
const postgres = await startEmbeddedPostgres({ dataDir, port: Number(port) });

process.once('SIGTERM', async () => {
  await postgres[Symbol.asyncDispose]();
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
