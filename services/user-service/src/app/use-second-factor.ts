import { findCodeStep } from '../domain/one-time-code.ts';
import { hashRecoveryCode } from '../domain/recovery-code.ts';
import type { SecondFactor, UserDeps } from './ports.ts';

export type SecondFactorDeps = Pick<UserDeps, 'secondFactors' | 'secretBox' | 'events' | 'now'>;

/** Codes of authenticator apps; people write them in two groups. */
const oneTimeCode = /^\d{6}$/;

/** Whether a code of an account's second factor is right, and has not been used. From now on it has been. */
export async function useSecondFactor(
  deps: SecondFactorDeps,
  { accountId, factor, code }: { accountId: string; factor: SecondFactor; code: string },
): Promise<boolean> {
  const digits = readOneTimeCode(code);
  if (digits === undefined) return useRecoveryCode(deps, { accountId, code });
  const { secret, replacement } = deps.secretBox.open(factor.secret, accountId);
  const step = findCodeStep({ secret, code: digits, at: deps.now() });
  return step !== undefined && deps.secondFactors.useStep({ accountId, secret: factor.secret, step, replacement });
}

/** The six digits of a code, or undefined for what can be none of an authenticator app. */
export function readOneTimeCode(code: string): string | undefined {
  const digits = code.replaceAll(/\s/g, '');
  return oneTimeCode.test(digits) ? digits : undefined;
}

async function useRecoveryCode(
  { secondFactors, events }: SecondFactorDeps,
  { accountId, code }: { accountId: string; code: string },
): Promise<boolean> {
  const codeHash = hashRecoveryCode(code);
  const isRight = codeHash !== undefined && (await secondFactors.useRecoveryCode({ accountId, codeHash }));
  if (isRight) events.count('recovery_code_used');
  return isRight;
}
