import { commonPasswords } from './common-passwords.ts';

/** Why a password is refused. */
export type PasswordProblem = 'too-short' | 'common' | 'is-email';

export const passwordLengthMin = 8;
export const passwordLengthMax = 1024;

/**
 * What is wrong with a new password, if anything. Length is counted in Unicode code points and no mixture of character classes is
 * asked for (NIST SP 800-63B, section 3.1.1.2). `email` is in lower case.
 */
export function checkPassword({ password, email }: { password: string; email: string }): PasswordProblem | undefined {
  if ([...password].length < passwordLengthMin) return 'too-short';
  const lowered = password.trim().toLowerCase();
  if (lowered === email || lowered === email.slice(0, email.lastIndexOf('@'))) return 'is-email';
  if (commonPasswords.has(lowered) || new Set(lowered).size === 1) return 'common';
  return undefined;
}
