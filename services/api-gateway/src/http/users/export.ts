import { z } from 'zod';
import { type Clients, timeouts } from '../../clients/clients.ts';
import { openSessionSchema, toOpenSession } from '../../clients/resources/open-session.ts';
import { preferencesSchema, toPreferences } from '../../clients/resources/preferences.ts';
import { secondFactorSchema, toSecondFactor } from '../../clients/resources/second-factor.ts';
import { toUser, userSchema } from '../../clients/resources/user.ts';
import type { Caller } from '../../turns/caller.ts';
import { activityItemSchema, dateOf, dayMs, toActivityItem } from '../activity/routes.ts';
import { defineRoute } from '../route.ts';

const daysAtOnce = 365;

const exportSchema = z
  .object({
    version: z.literal(1),
    exportedAt: z.iso.datetime(),
    user: userSchema,
    preferences: preferencesSchema,
    sessions: z.array(openSessionSchema),
    secondFactor: secondFactorSchema,
    activity: z.array(activityItemSchema).meta({ description: 'Since the account was made, by day and persona' }),
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
    const [{ user: account }, { preferences }, { sessions }, secondFactor] = await Promise.all([
      client.unary('GetUser', {}, options),
      client.unary('GetPreferences', {}, options),
      client.unary('ListSessions', {}, options),
      client.unary('GetSecondFactor', {}, options),
    ]);
    const user = toUser(account);
    const exportedAt = new Date().toISOString();
    response.attachment(`account-${exportedAt.slice(0, 10)}.json`);
    const body: z.output<typeof exportSchema> = {
      version: 1,
      exportedAt,
      user,
      preferences: toPreferences(preferences),
      sessions: sessions.map(toOpenSession),
      secondFactor: toSecondFactor(secondFactor),
      activity: await listActivity(client, { caller, since: user.createdAt.slice(0, 10) }),
    };
    return { status: 200, body };
  },
});

/** What an account did from the day `since` (UTC) to today, a year at a time, which is the most that is answered at once. */
async function listActivity(client: Clients['user'], { caller, since }: { caller: Caller; since: string }) {
  const items: z.output<typeof activityItemSchema>[] = [];
  const nowMs = Date.now();
  for (let fromMs = Date.parse(since); fromMs <= nowMs; fromMs += daysAtOnce * dayMs) {
    const range = { from: dateOf(fromMs), to: dateOf(Math.min(fromMs + (daysAtOnce - 1) * dayMs, nowMs)) };
    const { activity } = await client.unary('GetActivity', range, { ...caller, timeoutMs: timeouts.unaryMs });
    items.push(...activity.map(toActivityItem));
  }
  return items;
}
