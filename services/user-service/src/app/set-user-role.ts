import { AppError } from '@chatbot/errors';
import type { Account, Role } from '../domain/account.ts';
import type { UserDeps } from './ports.ts';
import { requireAdmin } from './require-admin.ts';

/**
 * Gives an account another role; all its tokens of before are refused within seconds. Throws AppError PERMISSION_DENIED, RESOURCE_NOT_FOUND,
 * LAST_ADMIN.
 */
export async function setUserRole(
  deps: Pick<UserDeps, 'accounts' | 'revocations' | 'events' | 'now'>,
  { adminId, userId, role }: { adminId: string; userId: string; role: Role },
): Promise<Account> {
  await requireAdmin(deps, adminId);
  const result = await deps.accounts.setRole({ id: userId, role, at: deps.now() });
  if (result === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  const { account, changed } = result;
  if (changed) {
    const { tokenVersion } = account;
    await deps.revocations.publish([{ kind: 'account', userId, tokenVersion, cause: 'role_changed' }]);
    deps.events.count('role_changed');
  }
  return account;
}
