import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { logoutAll } from '../app/logout-all.ts';
import type { UserDeps } from '../app/ports.ts';

export function logoutAllRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: z.object({}),
    handle: async (_request, { identity }) => {
      await logoutAll(deps, identity.userId);
      return {};
    },
  });
}
