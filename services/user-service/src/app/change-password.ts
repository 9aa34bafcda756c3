import type { Identity } from '@chatbot/service-kit';
import { checkNewPassword } from './check-new-password.ts';
import { confirmPassword, wrongPassword } from './confirm-password.ts';
import type { UserDeps } from './ports.ts';

export type ChangePasswordInput = {
  identity: Pick<Identity, 'userId' | 'sessionId'>;
  currentPassword: string;
  newPassword: string;
  signal: AbortSignal;
};

const currentField = 'currentPassword';

/**
 * Replaces the password and ends every other session; returns how many. Throws AppError VALIDATION_FAILED when the current password is wrong,
 * PASSWORD_TOO_WEAK, OVERLOADED, RATE_LIMITED.
 */
export async function changePassword(deps: UserDeps, input: ChangePasswordInput): Promise<number> {
  const { identity, currentPassword, newPassword, signal } = input;
  const { userId: id, sessionId: keptSessionId } = identity;
  const { account, passwordHash: current } = await confirmPassword(deps, {
    userId: id,
    password: currentPassword,
    field: currentField,
    signal,
  });
  const { email, displayName } = account;
  await checkNewPassword(deps, { password: newPassword, email, displayName, field: 'newPassword' });
  const replacement = await deps.passwords.hash(newPassword, signal);
  const change = { id, current, replacement, keptSessionId, at: deps.now() };
  const ended = await deps.accounts.changePassword(change);
  // Changed by another request since it was compared: what was given is not the password any more.
  if (ended === undefined) throw wrongPassword(currentField);
  const cause = 'password_changed';
  await deps.revocations.publish(ended.map((sessionId) => ({ kind: 'session', sessionId, cause })));
  deps.events.count('password_changed');
  return ended.length;
}
