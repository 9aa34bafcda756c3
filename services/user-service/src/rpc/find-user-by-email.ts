import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { findUserByEmail } from '../app/find-user-by-email.ts';
import type { UserDeps } from '../app/ports.ts';
import { emailInput } from './inputs.ts';

export function findUserByEmailRpc(deps: UserDeps) {
  return unary({
    access: 'service',
    input: z.object({ email: emailInput }),
    handle: async ({ email }) => ({ profile: await findUserByEmail(deps, email) }),
  });
}
