import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import type { TestDatabase } from './test-database.ts';

const cacheDir = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/** An empty PGlite inside this process, served on a free port. It ends with the process. */
export async function createEmbeddedDatabase(): Promise<TestDatabase> {
  return startEmbeddedPostgres({ port: 0, loadDataDir: await freshDataDir() });
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

/** Several may do this at once, also in one process: the rename makes each of them complete or invisible. */
async function store(file: string, content: Blob): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content.stream());
  await rename(draft, file);
}
