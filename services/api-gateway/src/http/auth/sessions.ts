import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { openSessionSchema, toOpenSession } from '../../clients/resources/open-session.ts';
import { defineRoute } from '../route.ts';

export const listSessions = defineRoute({
  method: 'get',
  path: '/auth/sessions',
  access: 'user',
  tag: 'auth',
  summary: 'The open sessions of the account, the one used last first, at most 100',
  responses: { 200: { description: 'The sessions', schema: z.object({ items: z.array(openSessionSchema) }) } },
  async handle({ clients }, { caller }) {
    const { sessions } = await clients.user.unary('ListSessions', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: { items: sessions.map(toOpenSession) } };
  },
});

export const revokeSession = defineRoute({
  method: 'delete',
  path: '/auth/sessions/:id',
  access: 'user',
  tag: 'auth',
  summary: 'End one session of the account; its sockets close within seconds',
  params: z.object({ id: z.uuid() }),
  responses: { 204: { description: 'The session has ended' } },
  async handle({ clients }, { caller, params: { id } }) {
    await clients.user.unary('RevokeSession', { sessionId: id }, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 204 };
  },
});
