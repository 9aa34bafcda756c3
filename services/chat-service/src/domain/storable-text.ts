import { z } from 'zod';

/** Postgres cannot store U+0000 in a text. */
const nul = '\u0000';

export const storableMessage = 'must not hold U+0000';

export function isStorable(value: string): boolean {
  return !value.includes(nul);
}

/** A text with something in it that can be stored. */
export function storableText(lengthMax: number) {
  return z.string().min(1).max(lengthMax).refine(isStorable, storableMessage);
}

/** What a model writes is stored whatever it is; CommonMark (section 2.3) replaces U+0000 in the same way. */
export function replaceNul(value: string): string {
  return value.replaceAll(nul, '\ufffd');
}
