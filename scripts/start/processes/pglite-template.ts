// Makes an empty PGlite data folder for others to copy: pglite-template.ts <folder>. Making one takes seconds, a copy none.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

const [folder = ''] = process.argv.slice(2);
const draft = `${folder}.${process.pid}`;
try {
  const db = await PGlite.create({ dataDir: draft });
  await db.close();
  renameSync(draft, folder);
} catch (error) {
  // Two starts at once make two; the first one in place serves both.
  if (!existsSync(folder)) throw error;
} finally {
  rmSync(draft, { recursive: true, force: true });
}
