import type { UserDeps } from './ports.ts';

export type SecondFactorState = {
  /** Undefined while it is off. */
  readonly enabledAt: Date | undefined;
  readonly recoveryCodesLeft: number;
};

/** Whether an account has a second factor. */
export async function getSecondFactor(
  { secondFactors }: Pick<UserDeps, 'secondFactors'>,
  userId: string,
): Promise<SecondFactorState> {
  const [factor, recoveryCodesLeft] = await Promise.all([
    secondFactors.find(userId),
    secondFactors.countRecoveryCodes(userId),
  ]);
  return { enabledAt: factor?.enabledAt, recoveryCodesLeft };
}
