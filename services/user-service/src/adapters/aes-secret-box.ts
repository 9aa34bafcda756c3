import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { SecretBox } from '../app/ports.ts';

type Key = { readonly id: Buffer; readonly secret: Buffer };

const cipher = 'aes-256-gcm';
const idBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals with AES-256-GCM under a key made of the first text; opens what was sealed under any. The account goes in as associated data, so that a row that is
 * copied to another account does not open. What is sealed is: the key's id, the nonce, the tag, the rest.
 */
export function createAesSecretBox(texts: readonly string[]): SecretBox {
  const keys = texts.map(toKey);
  const [newest] = keys;
  if (newest === undefined) throw new Error('there is no key to seal with');

  function seal(secret: Uint8Array, { id, secret: key }: Key, accountId: string): Uint8Array<ArrayBuffer> {
    const nonce = randomBytes(nonceBytes);
    const encryption = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(accountId));
    const body = Buffer.concat([encryption.update(secret), encryption.final()]);
    return new Uint8Array(Buffer.concat([id, nonce, encryption.getAuthTag(), body]));
  }

  return {
    seal: (secret, accountId) => seal(secret, newest, accountId),
    open(sealed, accountId) {
      const bytes = Buffer.from(sealed);
      const key = keys.find(({ id }) => id.equals(bytes.subarray(0, idBytes)));
      if (key === undefined) throw new Error('a secret is sealed with a key that is not configured');
      const rest = bytes.subarray(idBytes);
      const decryption = createDecipheriv(cipher, key.secret, rest.subarray(0, nonceBytes))
        .setAAD(Buffer.from(accountId))
        .setAuthTag(rest.subarray(nonceBytes, nonceBytes + tagBytes));
      const body = rest.subarray(nonceBytes + tagBytes);
      const secret = new Uint8Array(Buffer.concat([decryption.update(body), decryption.final()]));
      return key === newest ? { secret } : { secret, replacement: seal(secret, newest, accountId) };
    },
  };
}

/** The texts are long and random, so they need no slow derivation. */
function toKey(text: string): Key {
  const derive = (purpose: string, length: number) => Buffer.from(hkdfSync('sha256', text, '', purpose, length));
  return { id: derive('id of a key of second factors', idBytes), secret: derive('key of second factors', 32) };
}
