import { toTimestamp, unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { deleteUser } from '../app/delete-user.ts';
import type { UserDeps } from '../app/ports.ts';
import { passwordInput } from './inputs.ts';

const input = z.object({ password: passwordInput });

export function deleteUserRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async ({ password }, { identity, signal }) => ({
      purgeAt: toTimestamp(await deleteUser(deps, { userId: identity.userId, password, signal })),
    }),
  });
}
