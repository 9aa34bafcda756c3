// `npm run sbom -- [<folder>]`: a software bill of materials for each thing that is shipped, in `sbom` unless told otherwise.
import { join, resolve } from 'node:path';
import { rootDir } from './root-dir.ts';
import { writeSboms } from './sbom/write-sboms.ts';

try {
  const [dir = join(rootDir, 'sbom'), ...others] = process.argv.slice(2);
  if (others.length > 0) throw new Error('Usage: npm run sbom -- [<folder>]');
  for (const file of await writeSboms(resolve(dir))) console.log(file);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
