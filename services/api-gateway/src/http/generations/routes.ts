import { z } from 'zod';
import { generationSchema } from '../../clients/resources/generation.ts';
import { getGeneration as get } from '../../generation/follow.ts';
import { endStatusSchema } from '../../generation/frame.ts';
import { stopGeneration as stop } from '../../generation/stop.ts';
import { continueReply, turnSchema } from '../../turns/post-turn.ts';
import { announceQuota } from '../quota/headers.ts';
import { defineRoute } from '../route.ts';
import { streamGeneration as stream } from '../sse.ts';

const params = z.object({ id: z.uuid() });

export const getGeneration = defineRoute({
  method: 'get',
  path: '/generations/:id',
  access: 'user',
  tag: 'generations',
  summary: 'The record of a generation',
  params,
  responses: { 200: { description: 'The record', schema: generationSchema } },
  async handle({ chat }, { caller, params: { id } }) {
    const { content: _content, writable: _writable, ...generation } = await get(chat, caller, id);
    return { status: 200, body: generation };
  },
});

export const stopGeneration = defineRoute({
  method: 'post',
  path: '/generations/:id/stop',
  access: 'user',
  tag: 'generations',
  summary: 'Stop a generation, wherever it runs; answers when it has ended',
  params,
  body: z
    .object({
      renderedSeq: z
        .int()
        .min(0)
        .max(2 ** 31)
        .optional(),
    })
    .default({}),
  responses: { 200: { description: 'The end', schema: z.object({ seq: z.int(), status: endStatusSchema }) } },
  async handle(deps, { caller, params: { id }, body: { renderedSeq } }) {
    return { status: 200, body: await stop(deps, { caller, generationId: id, renderedSeq }) };
  },
});

export const continueGeneration = defineRoute({
  method: 'post',
  path: '/generations/:id/continue',
  access: 'user',
  limit: 'messages',
  tag: 'generations',
  summary: 'Go on with a reply that was stopped or cut off, beside it; asking again gives the same',
  params,
  responses: { 202: { description: 'Stored; the reply is on its way', schema: turnSchema } },
  async handle(deps, { caller, identity: { userId }, params: { id }, response }) {
    await announceQuota(deps, { userId, response });
    return { status: 202, body: await continueReply(deps, { caller, userId, input: { generationId: id } }) };
  },
});

const lastSeq = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31)
  .optional();

export const streamGeneration = defineRoute({
  method: 'get',
  path: '/generations/:id/stream',
  access: 'user',
  tag: 'generations',
  summary: 'The frames of a generation as server-sent events, after Last-Event-ID',
  params,
  query: z.object({ lastSeq: lastSeq.meta({ description: 'For clients that cannot set Last-Event-ID' }) }),
  openEnded: true,
  responses: { 200: { description: 'text/event-stream' } },
  async handle(deps, { caller, identity, params: { id }, query, request, response }) {
    const header = lastSeq.safeParse(request.headers['last-event-id']);
    const afterSeq = (header.success ? header.data : undefined) ?? query.lastSeq ?? 0;
    await stream(deps, { caller, identity, generationId: id, afterSeq, request, response });
    return undefined;
  },
});
