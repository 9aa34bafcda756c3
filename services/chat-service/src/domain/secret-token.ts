import { createHash, randomBytes } from 'node:crypto';

/** A link's secret: 32 random bytes as base64url, which nobody guesses. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token: its SHA-256. A token has as much entropy as the hash, so it needs no salt and no slow hash. */
export function secretTokenHash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
