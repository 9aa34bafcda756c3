import * as z from 'zod/mini';
import type { Call } from './http.ts';

/** The calls about what was used, and what is left. */

const QuotaSchema = z.object({
  tokens: z.object({ used: z.number(), limit: z.number(), resetsAt: z.string() }),
  generations: z.object({ used: z.number(), limit: z.number() }),
});
export type Quota = z.infer<typeof QuotaSchema>;

const counts = {
  day: z.string(),
  messages: z.number(),
  replies: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  generationMs: z.number(),
};
const ActivitySchema = z.object({ items: z.array(z.object({ ...counts, persona: z.nullable(z.string()) })) });
const TotalsSchema = z.object({ items: z.array(z.object({ ...counts, activeUsers: z.number() })) });
/** What was done on one day (UTC), with one persona. */
export type Activity = z.infer<typeof ActivitySchema>['items'][number];
export type ActivityTotal = z.infer<typeof TotalsSchema>['items'][number];

export type UsageApi = {
  getQuota: (signal: AbortSignal) => Promise<Quota>;
  /** From a day on, as YYYY-MM-DD; days and personas without any are left out. */
  listActivity: (from: string, signal: AbortSignal) => Promise<Activity[]>;
  /** Of all accounts together; for administrators. */
  listTotals: (from: string, signal: AbortSignal) => Promise<ActivityTotal[]>;
};

/** Makes the calls by `call`, which sends a request as the signed-in account. Each throws ProblemError. */
export function createUsageApi(call: Call): UsageApi {
  return {
    getQuota: (signal) => call({ path: '/users/me/quota', schema: QuotaSchema, signal }),
    listActivity: async (from, signal) =>
      (await call({ path: `/users/me/activity?from=${from}`, schema: ActivitySchema, signal })).items,
    listTotals: async (from, signal) =>
      (await call({ path: `/admin/activity?from=${from}`, schema: TotalsSchema, signal })).items,
  };
}
