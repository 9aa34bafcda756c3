import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { modelSchema, toModel } from '../../clients/resources/model.ts';
import { defineRoute } from '../route.ts';

export const listModels = defineRoute({
  method: 'get',
  path: '/models',
  access: 'user',
  tag: 'ai',
  summary: 'The installed chat models',
  responses: {
    200: {
      description: 'The models; the one used by default first',
      schema: z.object({ items: z.array(modelSchema), configuredDefault: z.string() }),
    },
  },
  async handle({ clients }, { context, until }) {
    const { models, configuredDefault } = await clients.ai.unary(
      'ListModels',
      {},
      { context, ...until, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: { items: models.map(toModel), configuredDefault } };
  },
});
