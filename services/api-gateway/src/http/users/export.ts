import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { openSessionSchema, toOpenSession } from '../../clients/resources/open-session.ts';
import { preferencesSchema, toPreferences } from '../../clients/resources/preferences.ts';
import { toUser, userSchema } from '../../clients/resources/user.ts';
import { defineRoute } from '../route.ts';

const exportSchema = z
  .object({
    version: z.literal(1),
    exportedAt: z.iso.datetime(),
    user: userSchema,
    preferences: preferencesSchema,
    sessions: z.array(openSessionSchema),
  })
  .meta({ id: 'AccountExport' });

export const exportMe = defineRoute({
  method: 'get',
  path: '/users/me/export',
  access: 'user',
  tag: 'users',
  summary: 'What is stored about the account, as one JSON file; conversations have exports of their own',
  responses: { 200: { description: 'The data of the account', schema: exportSchema } },
  async handle({ clients: { user: client } }, { caller, response }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const [{ user }, { preferences }, { sessions }] = await Promise.all([
      client.unary('GetUser', {}, options),
      client.unary('GetPreferences', {}, options),
      client.unary('ListSessions', {}, options),
    ]);
    const exportedAt = new Date().toISOString();
    response.attachment(`account-${exportedAt.slice(0, 10)}.json`);
    const body: z.output<typeof exportSchema> = {
      version: 1,
      exportedAt,
      user: toUser(user),
      preferences: toPreferences(preferences),
      sessions: sessions.map(toOpenSession),
    };
    return { status: 200, body };
  },
});
