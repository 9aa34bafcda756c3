import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the secrets of second factors are sealed with in the databases of a data folder; made once, readable by this user alone. */
export function ensureSecondFactorKey(dataDir: string): string {
  const path = join(dataDir, 'second-factor.key');
  if (!existsSync(path)) {
    // Renamed into place, so that a start that is killed here leaves no half key.
    writeFileSync(`${path}.new`, randomBytes(32).toString('hex'), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8');
}
