import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { inviteSchema, toInvite } from '../../clients/resources/member.ts';
import { roleSchema } from '../../members.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });

export const listInvites = defineRoute({
  method: 'get',
  path: '/conversations/:id/invites',
  access: 'user',
  tag: 'members',
  summary: 'The invite links that have not expired, without their secrets; for the owner',
  params,
  responses: { 200: { description: 'The links', schema: z.object({ items: z.array(inviteSchema) }) } },
  async handle({ chat }, { caller, params: { id } }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const { invites } = await chat.unary('ListInvites', { conversationId: id }, options);
    return { status: 200, body: { items: invites.map(toInvite) } };
  },
});

export const createInvite = defineRoute({
  method: 'post',
  path: '/conversations/:id/invites',
  access: 'user',
  tag: 'members',
  summary: 'Make a link that makes whoever opens it a member; its token is shown this once. For the owner',
  params,
  body: z.object({
    role: roleSchema,
    expiresInHours: z
      .int()
      .min(1)
      .max(30 * 24)
      .default(7 * 24),
  }),
  responses: { 201: { description: 'The link', schema: inviteSchema.extend({ token: z.string() }) } },
  async handle({ chat }, { caller, params: { id }, body }) {
    const request = { conversationId: id, role: body.role, lifeSeconds: body.expiresInHours * 3_600 };
    const { invite, token } = await chat.unary('CreateInvite', request, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 201, body: { ...toInvite(invite), token } };
  },
});

export const revokeInvite = defineRoute({
  method: 'delete',
  path: '/conversations/:id/invites/:inviteId',
  access: 'user',
  tag: 'members',
  summary: 'Make an invite link worthless; for the owner',
  params: z.object({ id: z.uuid(), inviteId: z.uuid() }),
  responses: { 204: { description: 'It opens nothing any more' } },
  async handle({ chat }, { caller, params: { id, inviteId } }) {
    const request = { conversationId: id, inviteId };
    await chat.unary('RevokeInvite', request, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 204 };
  },
});
