import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keysToRemove, rotateKeys } from '../keys/rotate-keys.ts';
import { keyName } from '../start/signing-key.ts';

const at = new Date('2026-11-24T07:00:00.123Z');
const hoursAgo = (hours: number) => keyName(new Date(at.getTime() - hours * 3_600_000));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('adds a P-256 key that is named for the time, readable by those who read the one in use, and keeps that', () => {
  writeFileSync(join(folder, 'signing-key.pem'), 'in use', { mode: 0o640 });
  expect(rotateKeys({ folder, now: false, at })).toEqual(['added 20261124T070000Z.pem']);
  expect(readdirSync(folder).toSorted()).toEqual(['20261124T070000Z.pem', 'signing-key.pem']);
  const key = createPrivateKey(readFileSync(join(folder, '20261124T070000Z.pem')));
  expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect(statSync(join(folder, '20261124T070000Z.pem')).mode & 0o777).toBe(0o640);
});

it('removes what has been replaced for longer than a token lives, in whatever order it runs', () => {
  expect(keysToRemove(['signing-key.pem', hoursAgo(30), hoursAgo(1)], at)).toEqual(['signing-key.pem']);
  expect(keysToRemove([hoursAgo(26), hoursAgo(100)], at)).toEqual([hoursAgo(100)]);
  expect(keysToRemove([hoursAgo(24), hoursAgo(100)], at)).toEqual([]);
  expect(keysToRemove([hoursAgo(10_000)], at)).toEqual([]);
});

it('leaves the new key alone when one has leaked', () => {
  writeFileSync(join(folder, 'signing-key.pem'), 'leaked');
  writeFileSync(join(folder, 'notes.txt'), 'not a key');
  rotateKeys({ folder, now: true, at });
  expect(readdirSync(folder).toSorted()).toEqual(['20261124T070000Z.pem', 'notes.txt']);
});
