import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import {
  editMessage as edit,
  editMessageSchema,
  postMessage as post,
  postedTurnSchema,
  postMessageSchema,
  regenerateReply as regenerate,
  regenerateReplySchema,
  turnSchema,
} from '../../turns/post-turn.ts';
import { announceQuota } from '../quota/headers.ts';
import { defineRoute } from '../route.ts';
import { streamGeneration, wantsStream } from '../sse.ts';

const params = z.object({ id: z.uuid() });
const accepted = { 202: { description: 'Stored; the reply is on its way', schema: turnSchema } };

export const postMessage = defineRoute({
  method: 'post',
  path: '/conversations/:id/messages',
  access: 'user',
  limit: 'messages',
  tag: 'messages',
  summary: 'Send a message; with Accept: text/event-stream the frames of the reply follow',
  params: z.object({ id: z.union([z.uuid(), z.literal('new')]) }),
  body: postMessageSchema.omit({ conversationId: true }),
  responses: { 202: { description: 'Stored; the reply is on its way', schema: postedTurnSchema } },
  async handle(deps, { caller, identity, params: { id }, body, request, response }) {
    await announceQuota(deps, { userId: identity.userId, response });
    const input = { ...body, conversationId: id === 'new' ? undefined : id };
    const turn = await post(deps, { caller, userId: identity.userId, input });
    if (!wantsStream(request) || turn.generationId === undefined) return { status: 202, body: turn };
    await streamGeneration(deps, {
      caller,
      identity,
      generationId: turn.generationId,
      afterSeq: 0,
      request,
      response,
      first: turn,
    });
    return undefined;
  },
});

export const editMessage = defineRoute({
  method: 'patch',
  path: '/messages/:id',
  access: 'user',
  limit: 'messages',
  tag: 'messages',
  summary: 'Send another version of a message, as a branch of its own; the original stays',
  params,
  body: editMessageSchema.omit({ messageId: true }),
  responses: accepted,
  async handle(deps, { caller, identity: { userId }, params: { id }, body, response }) {
    await announceQuota(deps, { userId, response });
    return { status: 202, body: await edit(deps, { caller, userId, input: { ...body, messageId: id } }) };
  },
});

export const setFeedback = defineRoute({
  method: 'put',
  path: '/messages/:id/feedback',
  access: 'user',
  tag: 'messages',
  summary: 'Say what you think of a reply, or take it back',
  params,
  body: z.object({
    rating: z.enum(['up', 'down']).nullable().meta({ description: 'null takes it back' }),
    comment: z.string().max(2_000).optional(),
  }),
  responses: { 204: { description: 'Kept' } },
  async handle({ chat }, { caller, params: { id }, body: { rating, comment = '' } }) {
    const request = { messageId: id, rating: rating ?? '', comment };
    await chat.unary('SetFeedback', request, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 204 };
  },
});

export const regenerateMessage = defineRoute({
  method: 'post',
  path: '/messages/:id/regenerate',
  access: 'user',
  limit: 'messages',
  tag: 'messages',
  summary: 'Ask for another reply beside an existing one',
  params,
  body: regenerateReplySchema.omit({ messageId: true }),
  responses: accepted,
  async handle(deps, { caller, identity: { userId }, params: { id }, body, response }) {
    await announceQuota(deps, { userId, response });
    return { status: 202, body: await regenerate(deps, { caller, userId, input: { ...body, messageId: id } }) };
  },
});
