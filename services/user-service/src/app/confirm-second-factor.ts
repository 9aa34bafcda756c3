import { AppError } from '@chatbot/errors';
import { findCodeStep } from '../domain/one-time-code.ts';
import { createHashedRecoveryCodes } from './create-recovery-codes.ts';
import type { UserDeps } from './ports.ts';
import { wrongCode } from './prove-owner.ts';
import { readOneTimeCode } from './use-second-factor.ts';

/**
 * Turns the second factor on; returns its recovery codes, which are told this once. Throws AppError VALIDATION_FAILED when the code is wrong,
 * RESOURCE_NOT_FOUND when no secret was made, SECOND_FACTOR_ON, RATE_LIMITED.
 */
export async function confirmSecondFactor(
  deps: UserDeps,
  { userId, code }: { userId: string; code: string },
): Promise<readonly string[]> {
  await deps.guard.admitConfirmation({ userId, of: 'code' });
  const factor = await deps.secondFactors.find(userId);
  if (factor === undefined) throw new AppError('RESOURCE_NOT_FOUND');
  if (factor.enabledAt !== undefined) throw new AppError('SECOND_FACTOR_ON');
  const at = deps.now();
  const { secret } = deps.secretBox.open(factor.secret, userId);
  const digits = readOneTimeCode(code);
  const step = digits === undefined ? undefined : findCodeStep({ secret, code: digits, at });
  if (step === undefined) throw wrongCode();
  const { codes, hashes: recoveryCodeHashes } = createHashedRecoveryCodes();
  const enabling = { accountId: userId, secret: factor.secret, step, recoveryCodeHashes, at };
  // Another call has turned it on meanwhile, or made another secret, which this code does not belong to.
  if (!(await deps.secondFactors.enable(enabling))) throw wrongCode();
  await deps.guard.confirmed({ userId, of: 'code' });
  deps.events.count('second_factor_on');
  return codes;
}
