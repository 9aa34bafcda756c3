import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { confirmSecondFactor } from '../app/confirm-second-factor.ts';
import type { UserDeps } from '../app/ports.ts';
import { codeInput } from './inputs.ts';

const input = z.object({ code: codeInput });

export function confirmSecondFactorRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async ({ code }, { identity }) => ({
      recoveryCodes: [...(await confirmSecondFactor(deps, { userId: identity.userId, code }))],
    }),
  });
}
