import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the signing keys of a data folder, with one key at least; more come by `npm run keys:rotate`. */
export function ensureSigningKeys(dataDir: string): string {
  const folder = join(dataDir, 'signing-keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Where the only key was in data folders of the first release.
  const single = join(dataDir, 'signing-key.pem');
  if (existsSync(single)) renameSync(single, join(folder, 'signing-key.pem'));
  ensureFirstKey(folder, new Date());
  return folder;
}

/** Makes a key in a folder that has none. */
export function ensureFirstKey(folder: string, at: Date): void {
  if (readdirSync(folder).every((name) => !name.endsWith('.pem'))) makeSigningKey(join(folder, keyName(at)));
}

/** The name of a key that is made at `at`, for example 20261124T070000Z.pem. */
export function keyName(at: Date): string {
  return `${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.pem`;
}

/** Makes an ES256 private key that signs access tokens: PEM (PKCS #8), readable by this user alone. */
export function makeSigningKey(path: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Renamed into place, so that a start that is killed here leaves no half key.
  writeFileSync(`${path}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
