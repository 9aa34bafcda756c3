import { AppError } from '@chatbot/errors';
import { createRecoveryCodes as createCodes, hashRecoveryCode } from '../domain/recovery-code.ts';
import type { UserDeps } from './ports.ts';
import { type ProveOwnerInput, proveOwner } from './prove-owner.ts';

/**
 * Replaces all recovery codes; returns the new ones, which are told this once. Throws AppError VALIDATION_FAILED when the password or the code is wrong,
 * RESOURCE_NOT_FOUND when the second factor is off, OVERLOADED, RATE_LIMITED.
 */
export async function createRecoveryCodes(deps: UserDeps, input: ProveOwnerInput): Promise<readonly string[]> {
  await proveOwner(deps, input);
  const { codes, hashes } = createHashedRecoveryCodes();
  const replaced = await deps.secondFactors.replaceRecoveryCodes({ accountId: input.userId, codeHashes: hashes });
  if (!replaced) throw new AppError('RESOURCE_NOT_FOUND');
  deps.events.count('recovery_codes_replaced');
  return codes;
}

/** New recovery codes, and what is stored of them. */
export function createHashedRecoveryCodes() {
  const codes = createCodes();
  return { codes, hashes: codes.flatMap((code) => hashRecoveryCode(code) ?? []) };
}
