import { unary } from '@chatbot/service-kit';
import { z } from 'zod';
import { listSessions } from '../app/list-sessions.ts';
import type { UserDeps } from '../app/ports.ts';
import { toOpenSession } from './convert.ts';

export function listSessionsRpc(deps: UserDeps) {
  return unary({
    access: 'user',
    input: z.object({}),
    handle: async (_request, { identity }) => {
      const sessions = await listSessions(deps, identity.userId);
      return { sessions: sessions.map((session) => toOpenSession(session, identity)) };
    },
  });
}
