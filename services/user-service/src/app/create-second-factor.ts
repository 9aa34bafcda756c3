import { AppError } from '@chatbot/errors';
import { createCodeSecret, describeCodeSecret } from '../domain/one-time-code.ts';
import { confirmPassword } from './confirm-password.ts';
import type { UserDeps } from './ports.ts';

/**
 * Makes the secret of an authenticator app, in Base32 and as an otpauth:// address; it counts once it is confirmed. The password is asked for, so that who found
 * an open page cannot lock its owner out. Throws AppError VALIDATION_FAILED when the password is wrong, SECOND_FACTOR_ON, OVERLOADED, RATE_LIMITED.
 */
export async function createSecondFactor(
  deps: UserDeps,
  { userId, password, signal }: { userId: string; password: string; signal: AbortSignal },
): Promise<{ secret: string; uri: string }> {
  const { account } = await confirmPassword(deps, { userId, password, field: 'password', signal });
  const secret = createCodeSecret();
  const begun = await deps.secondFactors.begin({ accountId: userId, secret: deps.secretBox.seal(secret, userId) });
  if (!begun) throw new AppError('SECOND_FACTOR_ON');
  const { base32, uri } = describeCodeSecret({ secret, email: account.email });
  return { secret: base32, uri };
}
