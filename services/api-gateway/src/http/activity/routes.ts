import type { ActivityCounts__Output } from '@chatbot/proto/chatbot/user/v1/ActivityCounts';
import type { PersonaActivity__Output } from '@chatbot/proto/chatbot/user/v1/PersonaActivity';
import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { present } from '../../clients/resources/fields.ts';
import { defineRoute } from '../route.ts';

export const dayMs = 86_400_000;
const daysDefault = 30;

const day = z.iso.date().meta({ description: 'A day in UTC' });
const count = z.int().min(0);

const range = {
  from: day.optional().meta({ description: `The first day; ${daysDefault} days up to the last by default` }),
  to: day.optional().meta({ description: 'The last day; today by default' }),
};

const counts = {
  signIns: count,
  messages: count,
  replies: count.meta({ description: 'Replies that ended, in whatever way' }),
  promptTokens: count,
  completionTokens: count.meta({ description: 'Of stopped and failed replies too' }),
  generationMs: count.meta({ description: 'From request to end, all replies together' }),
};

export const activityItemSchema = z.object({ day, persona: z.string().nullable(), ...counts });

const activitySchema = z
  .object({
    from: day,
    to: day,
    items: z.array(activityItemSchema),
  })
  .meta({ id: 'Activity', description: 'Days and personas without any are left out' });

const activityTotalsSchema = z
  .object({ from: day, to: day, items: z.array(z.object({ day, activeUsers: count, ...counts })) })
  .meta({ id: 'ActivityTotals' });

export const getActivity = defineRoute({
  method: 'get',
  path: '/users/me/activity',
  access: 'user',
  tag: 'users',
  summary: 'What the signed-in account did, by day and persona; a second or so behind',
  query: z.object(range),
  responses: { 200: { description: 'The activity', schema: activitySchema } },
  async handle({ clients }, { caller, query }) {
    const wanted = rangeOf(query);
    const { activity } = await clients.user.unary('GetActivity', wanted, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: { ...wanted, items: activity.map(toActivityItem) } };
  },
});

export function toActivityItem({ day, persona, counts }: PersonaActivity__Output): z.output<typeof activityItemSchema> {
  return { day, persona: persona === '' ? null : persona, ...toCounts(counts) };
}

export const getActivityTotals = defineRoute({
  method: 'get',
  path: '/admin/activity',
  access: 'user',
  tag: 'admin',
  summary: 'What all accounts did together, by day; for administrators',
  query: z.object(range),
  responses: { 200: { description: 'The totals', schema: activityTotalsSchema } },
  async handle({ clients }, { caller, query }) {
    const wanted = rangeOf(query);
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const { activity } = await clients.user.unary('GetActivityTotals', wanted, options);
    const items = activity.map((entry) => ({
      day: entry.day,
      activeUsers: entry.activeUsers,
      ...toCounts(entry.counts),
    }));
    return { status: 200, body: { ...wanted, items } };
  },
});

function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }): { from: string; to: string } {
  const last = to ?? dateOf(Date.now());
  return { from: from ?? dateOf(Date.parse(`${last}T00:00:00Z`) - (daysDefault - 1) * dayMs), to: last };
}

/** The day of a time, in UTC. */
export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function toCounts(found: ActivityCounts__Output | null) {
  const { signIns, messages, replies, promptTokens, completionTokens, generationMs } = present(found, 'counts');
  return { signIns, messages, replies, promptTokens, completionTokens, generationMs };
}
