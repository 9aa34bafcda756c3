import { AppError } from '@chatbot/errors';
import type { Account } from '../domain/account.ts';
import type { UserDeps } from './ports.ts';

/** The account of `userId`. Throws AppError RESOURCE_NOT_FOUND when it is gone. */
export async function getUser(deps: Pick<UserDeps, 'accounts'>, userId: string): Promise<Account> {
  const account = await deps.accounts.findAccount(userId);
  if (account === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  return account;
}
