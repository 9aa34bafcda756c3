import { z } from 'zod';
import { defineRoute } from '../route.ts';

const use = { used: z.int().min(0), limit: z.int().positive() };

const quotaSchema = z
  .object({
    tokens: z
      .object({ ...use, resetsAt: z.iso.datetime() })
      .meta({ description: 'Prompt and completion tokens of the present day (UTC); stopped and failed replies count' }),
    generations: z.object(use).meta({ description: 'Replies that are being written or wait for it' }),
  })
  .meta({ id: 'Quota' });

export const getQuota = defineRoute({
  method: 'get',
  path: '/users/me/quota',
  access: 'user',
  tag: 'users',
  summary: 'What the signed-in account has used of what it may',
  responses: { 200: { description: 'The quota', schema: quotaSchema } },
  async handle({ quotas }, { identity }) {
    const { tokens, generations } = await quotas.read(identity.userId);
    const { resetsAtMs, ...used } = tokens;
    return { status: 200, body: { tokens: { ...used, resetsAt: new Date(resetsAtMs).toISOString() }, generations } };
  },
});
