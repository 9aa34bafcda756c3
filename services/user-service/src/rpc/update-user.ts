import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { updateUser } from '../app/update-user.ts';
import { toUser } from './convert.ts';
import { displayNameInput } from './inputs.ts';

const input = z.object({
  displayName: displayNameInput.refine((name) => name !== '', 'must not be empty'),
  version: z.int().min(1),
});

export function updateUserRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async (request, { identity }) => ({
      user: toUser(await updateUser(deps, { ...request, userId: identity.userId })),
    }),
  });
}
