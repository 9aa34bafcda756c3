import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { conversationSchema, toConversation } from '../../clients/resources/conversation.ts';
import { messageSchema, toListedMessage } from '../../clients/resources/message.ts';
import { parametersSchema, toProtoParameters } from '../../clients/resources/parameters.ts';
import { publishConversation } from '../../events.ts';
import { withCurrent } from '../conflict.ts';
import { pageQuery, pageSchema } from '../pages.ts';
import { defineRoute, type HttpDeps, pageOf } from '../route.ts';

const params = z.object({ id: z.uuid() });
const title = z.string().trim().min(1).max(200);
const persona = z.string().max(64);
const model = z.string().max(200);
const bulkIds = z.array(z.uuid()).min(1).max(100);

/** Where somebody keeps a conversation. */
const personalChanges = {
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  folderId: z.uuid().nullable().optional().meta({ description: 'null takes it out of its folder' }),
  tags: z.array(z.string().trim().min(1).max(40)).max(20).optional().meta({ description: 'All of them' }),
  unread: z.boolean().optional().meta({ description: 'false takes all that is there as read' }),
};

/** What is given of the changes, as proto3 has it: an empty folder is none. */
function toProtoChanges({
  folderId,
  tags,
  ...changes
}: {
  folderId?: string | null | undefined;
  tags?: string[] | undefined;
  [field: string]: unknown;
}) {
  return {
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    ...(folderId === undefined ? {} : { folderId: folderId ?? '' }),
    ...(tags === undefined ? {} : { tags: { values: tags } }),
  };
}

export const listConversations = defineRoute({
  method: 'get',
  path: '/conversations',
  access: 'user',
  tag: 'conversations',
  summary: 'Conversations, pinned ones first',
  query: z.object({
    ...pageQuery(100),
    archived: z.stringbool().optional(),
    pinned: z.stringbool().optional(),
    unread: z.stringbool().optional(),
    folderId: z.uuid().optional(),
    tag: z.string().min(1).max(40).optional(),
    sort: z
      .enum(['recent', 'created', 'title'])
      .optional()
      .meta({ description: 'By the latest message (the default), by age or by title' }),
    trashed: z.stringbool().optional().meta({ description: 'What is in the trash instead, the latest deletion first' }),
  }),
  responses: { 200: { description: 'One page', schema: pageSchema(conversationSchema) } },
  async handle({ chat }, { caller, query }) {
    const { limit = 0, cursor = '', archived = false, trashed = false, pinned, unread, ...filter } = query;
    const { folderId = '', tag = '', sort = '' } = filter;
    const page = await chat.unary(
      'ListConversations',
      {
        ...{ limit, cursor, archived, trashed, folderId, tag, sort },
        ...(pinned === undefined ? {} : { pinned }),
        ...(unread === undefined ? {} : { unread }),
      },
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
  body: z
    .object({
      title: title.optional(),
      persona: persona.optional(),
      model: model.optional(),
      params: parametersSchema.optional(),
    })
    .default({}),
  responses: { 201: { description: 'The conversation', schema: conversationSchema } },
  async handle({ chat, events }, { caller, body }) {
    const { title = '', persona = '', model = '', params = {} } = body;
    const input = { title, persona, model, parameters: toProtoParameters(params) };
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
  summary: 'Change a conversation, if version is the current one; its place is for the caller alone',
  params,
  body: z.object({
    version: z.int().positive(),
    title: title.optional(),
    replyMode: conversationSchema.shape.replyMode.optional(),
    persona: persona.optional(),
    model: model.optional(),
    params: parametersSchema
      .nullable()
      .optional()
      .meta({ description: 'All of them, for new replies; null leaves them to the persona' }),
    ...personalChanges,
    activeLeafId: z
      .uuid()
      .optional()
      .meta({ description: 'The last message of the branch to show, until somebody writes on another one' }),
  }),
  responses: { 200: { description: 'The conversation after the change', schema: conversationSchema } },
  async handle({ chat, events, ahead }, { caller, params: { id }, body }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const { params: sampling, ...changes } = body;
    const request = {
      ...toProtoChanges(changes),
      ...(sampling === undefined ? {} : { parameters: toProtoParameters(sampling ?? {}) }),
      conversationId: id,
    };
    if (body.replyMode === 'mentioned') ahead.avoid(id);
    // The next turn asks for something else than the last one did.
    if (body.persona !== undefined || body.model !== undefined || sampling !== undefined) ahead.forget(id);
    const { conversation } = await chat.unary('UpdateConversation', request, options).catch(
      withCurrent(async () => {
        return toConversation((await chat.unary('GetConversation', { conversationId: id }, options)).conversation);
      }),
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
    const { generationIds, readerUserIds, version } = await chat.unary(
      'DeleteConversation',
      { conversationId: id },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    await Promise.all(generationIds.map((generationId) => generations.requestStop(generationId)));
    tellDeleted({ events, access }, { id, readerUserIds, version });
    return { status: 204 };
  },
});

export const changeConversations = defineRoute({
  method: 'post',
  path: '/conversations/bulk',
  access: 'user',
  tag: 'conversations',
  summary: 'Change many conversations at once, whatever their versions; what the caller may not change is left alone',
  body: z.discriminatedUnion('action', [
    z.object({ action: z.literal('arrange'), ids: bulkIds, ...personalChanges }),
    z.object({
      action: z
        .enum(['trash', 'restore', 'purge'])
        .meta({ description: 'purge deletes for good what is in the trash' }),
      ids: bulkIds,
    }),
  ]),
  responses: {
    200: {
      description: 'The conversations that were changed, as they are now; as they were, when they are gone',
      schema: z.object({ items: z.array(conversationSchema) }),
    },
  },
  async handle({ chat, generations, events, access }, { caller, body }) {
    const { ids, ...change } = body;
    const { conversations, generationIds } = await chat.unary(
      'ChangeConversations',
      { ...toProtoChanges(change), conversationIds: ids },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    await Promise.all(generationIds.map((generationId) => generations.requestStop(generationId)));
    for (const changed of conversations) {
      if (change.action === 'trash') tellDeleted({ events, access }, changed);
      else if (change.action !== 'purge') publishConversation(events, changed);
    }
    return { status: 200, body: { items: conversations.map(toConversation) } };
  },
});

/** Nobody follows any more what is in the trash. */
function tellDeleted(
  { events, access }: Pick<HttpDeps, 'events' | 'access'>,
  { id, readerUserIds, version }: { id: string; readerUserIds: string[]; version: number },
): void {
  for (const userId of readerUserIds) access.revoke({ conversationId: id, userId });
  events.publish(readerUserIds, 'conversation:deleted', { id, version });
}

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
    around: z.uuid().optional().meta({
      description: 'The messages around this one, on the branch on which it is read; without leafId and cursor',
    }),
  }),
  responses: {
    200: {
      description: 'One page',
      schema: pageSchema(messageSchema).extend({
        leafId: z.uuid().optional().meta({ description: 'The branch; send it with the cursors' }),
        previousCursor: z.string().nullable().meta({ description: 'To what is newer, around a message and after it' }),
      }),
    },
  },
  async handle({ chat }, { caller, params: { id }, query }) {
    const { limit = 0, cursor = '', leafId = '', around: aroundId = '' } = query;
    const page = await chat.unary(
      'ListMessages',
      { conversationId: id, limit, cursor, leafId, aroundId },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    const body = {
      ...pageOf(page.messages.map(toListedMessage), page.nextCursor),
      previousCursor: page.previousCursor === '' ? null : page.previousCursor,
    };
    return { status: 200, body: page.leafId === '' ? body : { ...body, leafId: page.leafId } };
  },
});
