import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { deleteSecondFactor, deleteUserSecondFactor } from '../app/delete-second-factor.ts';
import type { UserDeps } from '../app/ports.ts';
import { ownerProofInput } from './inputs.ts';

export function deleteSecondFactorRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: ownerProofInput,
    handle: async (proof, { identity, signal }) => {
      await deleteSecondFactor(deps, { ...proof, userId: identity.userId, signal });
      return {};
    },
  });
}

const userInput = z.object({ userId: z.uuid() });

export function deleteUserSecondFactorRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: userInput,
    handle: async ({ userId }, { identity }) => {
      await deleteUserSecondFactor(deps, { adminId: identity.userId, userId });
      return {};
    },
  });
}
