import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { setUserRole } from '../app/set-user-role.ts';
import { toUser } from './convert.ts';

const input = z.object({ userId: z.uuid(), role: z.enum(['user', 'admin']) });

export function setUserRoleRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async (request, { identity }) => ({
      user: toUser(await setUserRole(deps, { ...request, adminId: identity.userId })),
    }),
  });
}
