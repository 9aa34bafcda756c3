import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../root-dir.ts';

const overlaysDir = join(rootDir, 'infrastructure', 'kubernetes', 'overlays');

/** Every overlay by its name and folder. */
export const overlays = readdirSync(overlaysDir).map((name) => ({ name, dir: join(overlaysDir, name) }));
