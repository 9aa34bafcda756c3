import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { getUser } from '../app/get-user.ts';
import type { UserDeps } from '../app/ports.ts';
import { toUser } from './convert.ts';

export function getUserRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: z.object({}),
    handle: async (_request, { identity }) => ({ user: toUser(await getUser(deps, identity.userId)) }),
  });
}
