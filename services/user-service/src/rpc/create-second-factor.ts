import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { createSecondFactor } from '../app/create-second-factor.ts';
import type { UserDeps } from '../app/ports.ts';
import { passwordInput } from './inputs.ts';

const input = z.object({ password: passwordInput });

export function createSecondFactorRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: ({ password }, { identity, signal }) =>
      createSecondFactor(deps, { userId: identity.userId, password, signal }),
  });
}
