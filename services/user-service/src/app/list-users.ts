import type { Account } from '../domain/account.ts';
import type { UserDeps } from './ports.ts';
import { requireAdmin } from './require-admin.ts';

export type ListUsersInput = {
  adminId: string;
  /** 0 takes the default. */
  limit: number;
  /** The last account of the page before. */
  beforeId: string | undefined;
  /** In lower case; empty finds all. */
  emailPart: string;
};

const limitDefault = 50;

/** A page of accounts, the newest first, and the id that the next page begins after. Throws AppError PERMISSION_DENIED. */
export async function listUsers(
  deps: Pick<UserDeps, 'accounts'>,
  { adminId, limit, beforeId, emailPart }: ListUsersInput,
): Promise<{ accounts: Account[]; nextId: string | undefined }> {
  await requireAdmin(deps, adminId);
  const pageSize = limit === 0 ? limitDefault : limit;
  const found = await deps.accounts.listAccounts({ emailPart, beforeId, countMax: pageSize + 1 });
  const accounts = found.slice(0, pageSize);
  return { accounts, nextId: found.length > pageSize ? accounts.at(-1)?.id : undefined };
}
