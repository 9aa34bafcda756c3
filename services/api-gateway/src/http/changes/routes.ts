import { z } from 'zod';
import { changesQuery, changesSchema, listChanges as list } from '../../changes.ts';
import { defineRoute } from '../route.ts';

export const listChanges = defineRoute({
  method: 'get',
  path: '/changes',
  access: 'user',
  tag: 'conversations',
  summary: 'What has changed since a client was last here, so that it need not read everything again',
  query: z.object(changesQuery),
  responses: { 200: { description: 'The changes', schema: changesSchema } },
  async handle({ chat }, { caller, query }) {
    return { status: 200, body: await list(chat, { caller, ...query }) };
  },
});
