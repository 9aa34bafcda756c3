import { AppError } from '@chatbot/errors';
import type { Account } from '../domain/account.ts';
import { getUser } from './get-user.ts';
import type { UserDeps } from './ports.ts';

export type UpdateUserInput = {
  userId: string;
  displayName: string;
  /** The version that the caller last saw. */
  version: number;
};

/**
 * Changes the profile, if `version` is the current one. Throws AppError RESOURCE_NOT_FOUND, or VERSION_CONFLICT with the current version and
 * name as metadata.
 */
export async function updateUser(deps: Pick<UserDeps, 'accounts' | 'now'>, input: UpdateUserInput): Promise<Account> {
  const { userId: id, displayName, version } = input;
  const updated = await deps.accounts.updateProfile({ id, displayName, version, at: deps.now() });
  if (updated !== undefined) return updated;
  const current = await getUser(deps, id);
  throw new AppError('VERSION_CONFLICT', {
    metadata: { version: String(current.version), displayName: current.displayName },
  });
}
