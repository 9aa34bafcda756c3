/** Why a password is refused without looking closer. */
export type PasswordProblem = 'too-short' | 'is-email';

export const passwordLengthMin = 8;
export const passwordLengthMax = 1024;
/** Of zxcvbn's 0 to 4: guessing it takes 10^8 attempts and more, which a slow hash makes months. */
export const passwordScoreMin = 3;

/**
 * What is wrong with a new password at first sight, if anything; its strength is estimated besides. Length is counted in Unicode code points and no
 * mixture of character classes is asked for (NIST SP 800-63B, section 3.1.1.2). `email` is in lower case.
 */
export function checkPassword({ password, email }: { password: string; email: string }): PasswordProblem | undefined {
  if ([...password].length < passwordLengthMin) return 'too-short';
  const lowered = password.trim().toLowerCase();
  if (lowered === email || lowered === email.slice(0, email.lastIndexOf('@'))) return 'is-email';
  return undefined;
}
