import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { conversationSchema, toConversation } from '../../clients/resources/conversation.ts';
import { sharedConversationSchema, shareSchema, toShare, toSharedConversation } from '../../clients/resources/share.ts';
import { publishConversation } from '../../events.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });
const tokenParams = z.object({ token: z.string().max(200) });

export const createShare = defineRoute({
  method: 'post',
  path: '/conversations/:id/share',
  access: 'user',
  tag: 'shares',
  summary: 'Freeze a branch under a link for anybody who has it; its token is shown this once. For the owner',
  params,
  body: z
    .object({
      leafId: z.uuid().optional().meta({ description: 'The last message of the branch; absent takes the active one' }),
      expiresInHours: z
        .int()
        .min(1)
        .max(366 * 24)
        .optional()
        .meta({ description: 'Absent lets it work until it is revoked' }),
    })
    .default({}),
  responses: { 201: { description: 'The link', schema: shareSchema.extend({ token: z.string() }) } },
  async handle({ chat }, { caller, params: { id }, body: { leafId = '', expiresInHours = 0 } }) {
    const request = { conversationId: id, leafId, lifeSeconds: expiresInHours * 3_600 };
    const { share, token } = await chat.unary('CreateShare', request, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 201, body: { ...toShare(share), token } };
  },
});

export const listShares = defineRoute({
  method: 'get',
  path: '/conversations/:id/shares',
  access: 'user',
  tag: 'shares',
  summary: 'The links that have not expired, without their secrets; for the owner',
  params,
  responses: { 200: { description: 'The links', schema: z.object({ items: z.array(shareSchema) }) } },
  async handle({ chat }, { caller, params: { id } }) {
    const { shares } = await chat.unary(
      'ListShares',
      { conversationId: id },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: { items: shares.map(toShare) } };
  },
});

export const revokeShare = defineRoute({
  method: 'delete',
  path: '/conversations/:id/shares/:shareId',
  access: 'user',
  tag: 'shares',
  summary: 'End a link and forget what it showed; for the owner',
  params: z.object({ id: z.uuid(), shareId: z.uuid() }),
  responses: { 204: { description: 'It shows nothing any more' } },
  async handle({ chat }, { caller, params: { id, shareId } }) {
    const request = { conversationId: id, shareId };
    await chat.unary('RevokeShare', request, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 204 };
  },
});

export const getShared = defineRoute({
  method: 'get',
  path: '/shared/:token',
  access: 'anyone',
  tag: 'shares',
  summary: 'What a link shows; nothing in it says whose it is',
  params: tokenParams,
  responses: { 200: { description: 'The frozen branch', schema: sharedConversationSchema } },
  async handle({ chat }, { context, until, params: { token }, response }) {
    response.set('x-robots-tag', 'noindex, nofollow, noarchive');
    const shared = await chat.unary('GetShared', { token }, { context, ...until, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: toSharedConversation(shared) };
  },
});

export const copyShared = defineRoute({
  method: 'post',
  path: '/shared/:token/copy',
  access: 'user',
  limit: 'messages',
  tag: 'shares',
  summary: 'Make what a link shows a conversation of one’s own, to go on with',
  params: tokenParams,
  responses: { 201: { description: 'The copy', schema: conversationSchema } },
  async handle({ chat, events }, { caller, params: { token } }) {
    const { conversation } = await chat.unary('CopyShared', { token }, { ...caller, timeoutMs: timeouts.unaryMs });
    publishConversation(events, conversation);
    return { status: 201, body: toConversation(conversation) };
  },
});
