import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyName, makeSigningKey } from '../start/signing-key.ts';

const hourMs = 3_600_000;
/** A key signs until half an hour after its successor came, and no access token lives longer than a day. */
const neededForMs = 25 * hourMs;

export type RotateOptions = {
  readonly folder: string;
  /** Leaves no key but the new one. */
  readonly now: boolean;
  readonly at: Date;
};

/** Adds a signing key to a folder and removes those that nothing can need any more. Returns a line for each thing done. */
export function rotateKeys({ folder, now, at }: RotateOptions): string[] {
  const existing = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  const added = keyName(at);
  if (!existing.includes(added)) makeSigningKey(join(folder, added));
  // Whoever reads the keys that are there, a user of a container for one, has to read the new one, too.
  if (existing[0] !== undefined) chmodSync(join(folder, added), statSync(join(folder, existing[0])).mode);
  const removed = now ? existing.filter((name) => name !== added) : keysToRemove(existing, at);
  for (const name of removed) rmSync(join(folder, name));
  return [`added ${added}`, ...removed.map((name) => `removed ${name}`)];
}

/** The keys whose successor has been there for so long that no token of theirs is alive. */
export function keysToRemove(names: readonly string[], at: Date): string[] {
  // A name that says no time counts as the oldest, as it does for the service.
  const oldestFirst = names.toSorted((left, right) => timeOf(left) - timeOf(right));
  return oldestFirst.filter((_name, index) => {
    const successor = oldestFirst[index + 1];
    return successor !== undefined && timeOf(successor) + neededForMs <= at.getTime();
  });
}

function timeOf(name: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.pem$/.exec(name);
  return parts === null
    ? 0
    : Date.parse(name.replace(parts[0], `${parts.slice(1, 4).join('-')}T${parts.slice(4).join(':')}Z`));
}
