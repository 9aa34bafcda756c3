import { createHash, randomBytes } from 'node:crypto';

export const recoveryCodeCount = 10;

/** Crockford's Base32 in lower case: nothing that looks like something else (https://www.crockford.com/base32.html). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** Five bits each: 80 bits, so that a plain digest cannot be reversed by guessing. */
const codeLength = 16;

/** A new set of codes such as "k3x9-0a7m-vwq2-5tgd". */
export function createRecoveryCodes(): readonly string[] {
  return Array.from({ length: recoveryCodeCount }, createRecoveryCode);
}

/** What is stored in place of a code, however it is written; undefined for what can be none. */
export function hashRecoveryCode(code: string): Uint8Array<ArrayBuffer> | undefined {
  const written = code.toLowerCase().replaceAll(/[\s-]/g, '');
  const plain = written.replaceAll('o', '0').replaceAll(/[il]/g, '1');
  if (plain.length !== codeLength || [...plain].some((letter) => !alphabet.includes(letter))) return undefined;
  return new Uint8Array(createHash('sha256').update(plain).digest());
}

function createRecoveryCode(): string {
  const letters = [...randomBytes(codeLength)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return letters.replaceAll(/.{4}(?=.)/g, '$&-');
}
