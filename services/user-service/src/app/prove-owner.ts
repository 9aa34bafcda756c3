import { AppError } from '@chatbot/errors';
import { confirmPassword } from './confirm-password.ts';
import type { UserDeps } from './ports.ts';
import { useSecondFactor } from './use-second-factor.ts';

export type ProveOwnerInput = { userId: string; password: string; code: string; signal: AbortSignal };

/**
 * Asks the signed-in user for password and code, before what weakens or replaces the second factor. Throws AppError VALIDATION_FAILED on `password` or
 * `code` when it is wrong, RESOURCE_NOT_FOUND when the second factor is off, OVERLOADED, RATE_LIMITED.
 */
export async function proveOwner(deps: UserDeps, { userId, password, code, signal }: ProveOwnerInput): Promise<void> {
  await confirmPassword(deps, { userId, password, field: 'password', signal });
  await deps.guard.admitConfirmation({ userId, of: 'code' });
  const factor = await deps.secondFactors.find(userId);
  if (factor?.enabledAt === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  if (!(await useSecondFactor(deps, { accountId: userId, factor, code }))) throw wrongCode();
  await deps.guard.confirmed({ userId, of: 'code' });
}

/** The session itself is good, so it is no 401. */
export function wrongCode(): AppError {
  const [field, message] = ['code', 'is wrong, or was used before'];
  return new AppError('VALIDATION_FAILED', { detail: `${field}: ${message}`, violations: [{ field, message }] });
}
