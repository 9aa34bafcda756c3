import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { conversationSchema, messageSchema, toConversation, toMessage } from '../../clients/resources.ts';
import { publishConversation } from '../../events.ts';
import { pageQuery, pageSchema } from '../pages.ts';
import { defineRoute, pageOf } from '../route.ts';

const params = z.object({ id: z.uuid() });
const title = z.string().trim().min(1).max(200);
const persona = z.string().max(64);
const model = z.string().max(200);

export const listConversations = defineRoute({
  method: 'get',
  path: '/conversations',
  access: 'user',
  tag: 'conversations',
  summary: 'Conversations, pinned ones first, then by their latest message',
  query: z.object({
    ...pageQuery(100),
    archived: z.stringbool().optional(),
    trashed: z.stringbool().optional().meta({ description: 'What is in the trash instead, the latest deletion first' }),
  }),
  responses: { 200: { description: 'One page', schema: pageSchema(conversationSchema) } },
  async handle({ chat }, { caller, query }) {
    const { limit = 0, cursor = '', archived = false, trashed = false } = query;
    const page = await chat.unary(
      'ListConversations',
      { limit, cursor, archived, trashed },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: pageOf(page.conversations.map(toConversation), page.nextCursor) };
  },
});

export const createConversation = defineRoute({
  method: 'post',
  path: '/conversations',
  access: 'user',
  tag: 'conversations',
  summary: 'Make an empty conversation',
  body: z.object({ title: title.optional(), persona: persona.optional(), model: model.optional() }).default({}),
  responses: { 201: { description: 'The conversation', schema: conversationSchema } },
  async handle({ chat, events }, { caller, body }) {
    const input = { title: body.title ?? '', persona: body.persona ?? '', model: body.model ?? '' };
    const { conversation } = await chat.unary('CreateConversation', input, { ...caller, timeoutMs: timeouts.unaryMs });
    publishConversation(events, conversation);
    return { status: 201, body: toConversation(conversation) };
  },
});

export const getConversation = defineRoute({
  method: 'get',
  path: '/conversations/:id',
  access: 'user',
  tag: 'conversations',
  summary: 'One conversation',
  params,
  responses: { 200: { description: 'The conversation', schema: conversationSchema } },
  async handle({ chat }, { caller, params: { id } }) {
    const { conversation } = await chat.unary(
      'GetConversation',
      { conversationId: id },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: toConversation(conversation) };
  },
});

export const updateConversation = defineRoute({
  method: 'patch',
  path: '/conversations/:id',
  access: 'user',
  tag: 'conversations',
  summary: 'Change a conversation, if version is the current one; pinned and archived are for the caller alone',
  params,
  body: z.object({
    version: z.int().positive(),
    title: title.optional(),
    persona: persona.optional(),
    model: model.optional(),
    pinned: z.boolean().optional(),
    archived: z.boolean().optional(),
  }),
  responses: { 200: { description: 'The conversation after the change', schema: conversationSchema } },
  async handle({ chat, events }, { caller, params: { id }, body }) {
    const changes = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    const { conversation } = await chat.unary(
      'UpdateConversation',
      { ...changes, conversationId: id },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    publishConversation(events, conversation);
    return { status: 200, body: toConversation(conversation) };
  },
});

export const deleteConversation = defineRoute({
  method: 'delete',
  path: '/conversations/:id',
  access: 'user',
  tag: 'conversations',
  summary: 'Move a conversation to the trash and stop what it is generating',
  params,
  query: z.object({
    permanent: z.stringbool().optional().meta({ description: 'Delete for good what is in the trash already' }),
  }),
  responses: { 204: { description: 'In the trash, or gone' } },
  async handle({ chat, generations, events, access }, { caller, params: { id }, query: { permanent = false } }) {
    if (permanent) {
      await chat.unary('PurgeConversation', { conversationId: id }, { ...caller, timeoutMs: timeouts.unaryMs });
      return { status: 204 };
    }
    const { generationIds, readerUserIds } = await chat.unary(
      'DeleteConversation',
      { conversationId: id },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    await Promise.all(generationIds.map((generationId) => generations.requestStop(generationId)));
    for (const userId of readerUserIds) access.revoke({ conversationId: id, userId });
    events.publish(readerUserIds, 'conversation:deleted', { id });
    return { status: 204 };
  },
});

export const restoreConversation = defineRoute({
  method: 'post',
  path: '/conversations/:id/restore',
  access: 'user',
  tag: 'conversations',
  summary: 'Take a conversation out of the trash',
  params,
  responses: { 200: { description: 'The conversation', schema: conversationSchema } },
  async handle({ chat, events }, { caller, params: { id } }) {
    const { conversation } = await chat.unary(
      'RestoreConversation',
      { conversationId: id },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    publishConversation(events, conversation);
    return { status: 200, body: toConversation(conversation) };
  },
});

export const listMessages = defineRoute({
  method: 'get',
  path: '/conversations/:id/messages',
  access: 'user',
  tag: 'conversations',
  summary: 'Messages, the newest page first, each page oldest first',
  params,
  query: z.object({
    ...pageQuery(200),
    leafId: z
      .uuid()
      .optional()
      .meta({ description: 'The branch that ends in this message; absent means the whole tree' }),
  }),
  responses: { 200: { description: 'One page', schema: pageSchema(messageSchema) } },
  async handle({ chat }, { caller, params: { id }, query }) {
    const { limit = 0, cursor = '', leafId = '' } = query;
    const page = await chat.unary(
      'ListMessages',
      { conversationId: id, limit, cursor, leafId },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: pageOf(page.messages.map(toMessage), page.nextCursor) };
  },
});
