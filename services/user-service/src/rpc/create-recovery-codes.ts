import { unary } from '@chatbot/service-kit';
import { createRecoveryCodes } from '../app/create-recovery-codes.ts';
import type { UserDeps } from '../app/ports.ts';
import { ownerProofInput } from './inputs.ts';

export function createRecoveryCodesRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: ownerProofInput,
    handle: async (proof, { identity, signal }) => ({
      recoveryCodes: [...(await createRecoveryCodes(deps, { ...proof, userId: identity.userId, signal }))],
    }),
  });
}
