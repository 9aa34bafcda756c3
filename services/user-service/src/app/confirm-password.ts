import { AppError } from '@chatbot/errors';
import type { Credentials, UserDeps } from './ports.ts';

export type ConfirmPasswordInput = {
  userId: string;
  password: string;
  /** What the password is called in the request. */
  field: string;
  signal: AbortSignal;
};

/**
 * Asks the signed-in user for their password again, before what a stolen session must not do. Throws AppError VALIDATION_FAILED on `field` when it
 * is wrong (the session itself is good, so it is no 401), OVERLOADED, RATE_LIMITED.
 */
export async function confirmPassword(
  deps: Pick<UserDeps, 'accounts' | 'passwords' | 'guard'>,
  { userId, password, field, signal }: ConfirmPasswordInput,
): Promise<Credentials> {
  const confirmation = { userId, of: 'password' } as const;
  await deps.guard.admitConfirmation(confirmation);
  const credentials = await deps.accounts.findCredentials({ id: userId });
  const { matches } = await deps.passwords.check({ password, hash: credentials?.passwordHash, signal });
  if (credentials === undefined || !matches) throw wrongPassword(field);
  await deps.guard.confirmed(confirmation);
  return credentials;
}

export function wrongPassword(field: string): AppError {
  const message = 'is not the password of this account';
  return new AppError('VALIDATION_FAILED', { detail: `${field}: ${message}`, violations: [{ field, message }] });
}
