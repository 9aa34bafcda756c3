import { toTimestamp, unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { getSecondFactor } from '../app/get-second-factor.ts';
import type { UserDeps } from '../app/ports.ts';

export function getSecondFactorRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: z.object({}),
    handle: async (_request, { identity }) => {
      const { enabledAt, recoveryCodesLeft } = await getSecondFactor(deps, identity.userId);
      return { recoveryCodesLeft, ...(enabledAt === undefined ? {} : { enabledAt: toTimestamp(enabledAt) }) };
    },
  });
}
