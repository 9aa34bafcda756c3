import { toTimestamp } from '@chatbot/service-kit';
import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { messageSchema } from '../../clients/resources/message.ts';
import { searchHitSchema, toSearchHit } from '../../clients/resources/search-hit.ts';
import { pageQuery, pageSchema } from '../pages.ts';
import { defineRoute, pageOf } from '../route.ts';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const search = defineRoute({
  method: 'get',
  path: '/search',
  access: 'user',
  tag: 'search',
  summary:
    'Messages and titles, the best first; read a hit in its branch with GET /conversations/{id}/messages?around=',
  query: z.object({
    ...pageQuery(50),
    q: z.string().min(1).max(500).meta({ description: 'Words, a "phrase", a prefix*, -without, this OR that' }),
    from: time.optional().meta({ description: 'Leaves out what was made before' }),
    to: time.optional().meta({ description: 'Leaves out what was made then or later' }),
    persona: z.string().max(64).optional(),
    model: z.string().max(200).optional().meta({ description: 'What this model wrote' }),
    role: messageSchema.shape.role.optional(),
    conversationId: z.uuid().optional(),
  }),
  responses: {
    200: {
      description: 'One page',
      schema: pageSchema(searchHitSchema).extend({
        correctedQuery: z
          .string()
          .optional()
          .meta({ description: 'What was looked for instead, when nothing was found as typed' }),
      }),
    },
  },
  async handle({ chat }, { caller, query }) {
    const { limit = 0, cursor = '', q, from, to, persona = '', model = '', role = '', conversationId = '' } = query;
    const times = {
      from: from === undefined ? null : toTimestamp(from),
      to: to === undefined ? null : toTimestamp(to),
    };
    const page = await chat.unary(
      'SearchMessages',
      { text: q, limit, cursor, persona, model, role, conversationId, ...times },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    const { correctedQuery } = page;
    const body = pageOf(page.hits.map(toSearchHit), page.nextCursor);
    return { status: 200, body: correctedQuery === '' ? body : { ...body, correctedQuery } };
  },
});
