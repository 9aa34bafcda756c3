import { language, texts } from '../texts.ts';
import type { Problem } from './schemas.ts';

/** Reasons whose detail, which is in English, says more than our own sentence can. */
const TOLD_BY_SERVER: ReadonlySet<string> = new Set([
  'PASSWORD_TOO_WEAK',
  'MODEL_NOT_FOUND',
  'MODEL_UNAVAILABLE',
  'MODEL_FAILED',
  'RATE_LIMITED',
  'VALIDATION_FAILED',
]);

/** One or two sentences about a problem, for the person in front of it. */
export function problemText({ reason, detail, title }: Problem): string {
  const own = texts.problems[reason];
  const saysMore = TOLD_BY_SERVER.has(reason) && language.get() === 'en';
  if (detail !== undefined && (own === undefined || saysMore)) return detail;
  return own ?? (title === '' ? (texts.problems.INTERNAL ?? '') : title);
}
