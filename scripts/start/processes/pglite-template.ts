// Makes an empty PGlite data folder for others to copy: pglite-template.ts <folder>. Making one takes seconds, a copy none.
import { renameSync, rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

const [folder = ''] = process.argv.slice(2);
const draft = `${folder}.${process.pid}`;
try {
  const db = await PGlite.create({ dataDir: draft });
  await db.close();
  renameSync(draft, folder);
} finally {
  rmSync(draft, { recursive: true, force: true });
}
