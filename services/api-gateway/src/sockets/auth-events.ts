import { z } from 'zod';
import { defineEvent } from './event.ts';

export const authRefresh = defineEvent({
  name: 'auth:refresh',
  input: z.object({ token: z.string().max(4_096) }),
  handle: async (deps, { token }, { socket }) => {
    await deps.renew(socket, token);
    return { expiresAt: new Date(socket.data.identity.expiresAtMs).toISOString() };
  },
});
