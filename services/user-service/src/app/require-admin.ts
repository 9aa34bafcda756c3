import { AppError } from '@chatbot/errors';
import type { UserDeps } from './ports.ts';

/** Throws AppError PERMISSION_DENIED unless `userId` is an administrator now; the token may be older than that. */
export async function requireAdmin(deps: Pick<UserDeps, 'accounts'>, userId: string): Promise<void> {
  const account = await deps.accounts.findAccount(userId);
  if (account?.role !== 'admin' || account.purgeAt !== undefined) throw new AppError('PERMISSION_DENIED');
}
