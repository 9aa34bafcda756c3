import { AppError } from '@chatbot/errors';
import type { UserDeps } from './ports.ts';
import { type ProveOwnerInput, proveOwner } from './prove-owner.ts';
import { requireAdmin } from './require-admin.ts';

/**
 * Turns the second factor off. Throws AppError VALIDATION_FAILED when the password or the code is wrong, RESOURCE_NOT_FOUND when it is off, OVERLOADED,
 * RATE_LIMITED.
 */
export async function deleteSecondFactor(deps: UserDeps, input: ProveOwnerInput): Promise<void> {
  await proveOwner(deps, input);
  if (await deps.secondFactors.remove(input.userId)) deps.events.count('second_factor_off');
}

/** Turns off the second factor of somebody who has lost it. Throws AppError PERMISSION_DENIED, RESOURCE_NOT_FOUND when there is none. */
export async function deleteUserSecondFactor(
  deps: Pick<UserDeps, 'accounts' | 'secondFactors' | 'events'>,
  { adminId, userId }: { adminId: string; userId: string },
): Promise<void> {
  await requireAdmin(deps, adminId);
  if (!(await deps.secondFactors.remove(userId))) throw new AppError('RESOURCE_NOT_FOUND');
  deps.events.count('second_factor_reset');
}
