import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { listUsers } from '../app/list-users.ts';
import type { UserDeps } from '../app/ports.ts';
import { toManagedUser } from './convert.ts';

const input = z.object({
  limit: z.int().min(0).max(100),
  cursor: z.union([z.literal(''), z.uuid()], 'is not one that this list gave out'),
  query: z.string().max(254).trim().toLowerCase(),
});

export function listUsersRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async ({ limit, cursor, query }, { identity }) => {
      const beforeId = cursor === '' ? undefined : cursor;
      const page = await listUsers(deps, { adminId: identity.userId, limit, beforeId, emailPart: query });
      return { users: page.accounts.map(toManagedUser), nextCursor: page.nextId ?? '' };
    },
  });
}
