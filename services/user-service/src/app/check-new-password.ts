import { AppError } from '@chatbot/errors';
import { checkPassword, type PasswordProblem, passwordLengthMin, passwordScoreMin } from '../domain/password-policy.ts';
import type { UserDeps } from './ports.ts';

const problemTexts: Readonly<Record<PasswordProblem, string>> = {
  'too-short': `It needs at least ${passwordLengthMin} characters.`,
  'is-email': 'It must not be the address.',
};

/** Throws AppError PASSWORD_TOO_WEAK, with the reason on `field`, for a password that the policy refuses, and OVERLOADED. */
export async function checkNewPassword(
  deps: Pick<UserDeps, 'strength'>,
  input: { password: string; email: string; displayName: string; field: string },
): Promise<void> {
  const { password, email, displayName, field } = input;
  const problem = checkPassword(input);
  if (problem !== undefined) throw tooWeak(field, problemTexts[problem]);
  const known = [email, email.slice(0, email.lastIndexOf('@')), displayName].filter((text) => text !== '');
  const { score, warning } = await deps.strength.estimate(password, known);
  if (score < passwordScoreMin) throw tooWeak(field, `It is too easy to guess. ${warning}`.trim());
}

function tooWeak(field: string, message: string): AppError {
  return new AppError('PASSWORD_TOO_WEAK', { detail: message, violations: [{ field, message }] });
}
