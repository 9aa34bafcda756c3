import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export type SigningKeyFile = {
  /** An EC private key on P-256. */
  readonly key: KeyObject;
  readonly createdAtMs: number;
};

/** Says what is wrong, without the content or the name of a file. */
export class SigningKeyError extends Error {}

/** A key set is published whole; verifiers take 20 keys at most. */
const keyCountMax = 10;

/**
 * The key of a file, or all keys of a folder of `*.pem` files, whose names say when they were made: `20261124T070000Z.pem`. A name that says nothing
 * is the oldest. Throws SigningKeyError.
 */
export function readSigningKeys(fileOrFolder: string): readonly SigningKeyFile[] {
  const files = listFiles(fileOrFolder);
  if (files.length === 0 || files.length > keyCountMax) {
    throw new SigningKeyError(`must name a folder with 1 to ${keyCountMax} keys, or a file`);
  }
  return files.map((file) => ({ key: readKey(file), createdAtMs: createdAtMsOf(path.basename(file)) }));
}

function listFiles(fileOrFolder: string): string[] {
  try {
    if (!statSync(fileOrFolder).isDirectory()) return [fileOrFolder];
    const names = readdirSync(fileOrFolder).filter((name) => name.endsWith('.pem'));
    return names.map((name) => path.join(fileOrFolder, name));
  } catch {
    return [fileOrFolder];
  }
}

function readKey(file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch {
    throw new SigningKeyError('must name a readable file with a private key in PEM, without a passphrase');
  }
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new SigningKeyError('must hold a key on the elliptic curve P-256');
}

function createdAtMsOf(name: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.pem$/.exec(name)?.map(Number) ?? [];
  if (year === undefined || month === undefined) return 0;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
