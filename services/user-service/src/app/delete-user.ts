import { AppError } from '@chatbot/errors';
import { confirmPassword } from './confirm-password.ts';
import type { UserDeps } from './ports.ts';

export type DeleteUserInput = { userId: string; password: string; signal: AbortSignal };

/**
 * Marks an account for removal and ends its sessions; returns when it will be removed. Signing in before restores it. Throws AppError
 * VALIDATION_FAILED when the password is wrong, LAST_ADMIN, OVERLOADED, RATE_LIMITED.
 */
export async function deleteUser(deps: UserDeps, { userId, password, signal }: DeleteUserInput): Promise<Date> {
  await confirmPassword(deps, { userId, password, field: 'password', signal });
  const at = deps.now();
  const purgeAt = new Date(at.getTime() + deps.removalGraceSeconds * 1_000);
  const account = await deps.accounts.scheduleRemoval({ id: userId, at, purgeAt });
  if (account === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  const { tokenVersion } = account;
  await deps.revocations.publish([{ kind: 'account', userId, tokenVersion, cause: 'account_deleted' }]);
  deps.events.count('removal_scheduled');
  return purgeAt;
}
