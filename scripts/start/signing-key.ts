import { generateKeyPairSync } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';

/** Makes the ES256 private key that signs access tokens, once: PEM (PKCS #8), readable by this user alone. */
export function ensureSigningKey(path: string): void {
  if (existsSync(path)) return;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Renamed into place, so that a start that is killed here leaves no half key.
  writeFileSync(`${path}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
