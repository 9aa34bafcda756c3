import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import type { UserDeps } from '../app/ports.ts';
import { revokeSession } from '../app/revoke-session.ts';

const input = z.object({ sessionId: z.uuid() });

export function revokeSessionRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input,
    handle: async ({ sessionId }, { identity }) => {
      await revokeSession(deps, { sessionId, userId: identity.userId });
      return {};
    },
  });
}
