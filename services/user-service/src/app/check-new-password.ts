import { AppError } from '@chatbot/errors';
import { checkPassword, type PasswordProblem, passwordLengthMin } from '../domain/password-policy.ts';

const problemTexts: Readonly<Record<PasswordProblem, string>> = {
  'too-short': `It needs at least ${passwordLengthMin} characters.`,
  common: 'It is one of the passwords that are tried first.',
  'is-email': 'It must not be the address.',
};

/** Throws AppError PASSWORD_TOO_WEAK, with the reason on `field`, for a password that the policy refuses. */
export function checkNewPassword(input: { password: string; email: string; field: string }): void {
  const problem = checkPassword(input);
  if (problem === undefined) return;
  const message = problemTexts[problem];
  throw new AppError('PASSWORD_TOO_WEAK', { detail: message, violations: [{ field: input.field, message }] });
}
