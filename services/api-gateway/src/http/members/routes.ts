import { AppError } from '@chatbot/errors';
import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { conversationSchema, toConversation } from '../../clients/resources/conversation.ts';
import { present } from '../../clients/resources/fields.ts';
import { formerAuthorSchema, memberSchema, toMember } from '../../clients/resources/member.ts';
import { publishConversation } from '../../events.ts';
import { listMembers as list, requireOwner, roleSchema } from '../../members.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });
const memberParams = z.object({ id: z.uuid(), userId: z.uuid() });

export const listMembers = defineRoute({
  method: 'get',
  path: '/conversations/:id/members',
  access: 'user',
  tag: 'members',
  summary: 'Who takes part in a conversation, the owner first',
  params,
  responses: {
    200: {
      description: 'The members, and the authors who have left',
      schema: z.object({ items: z.array(memberSchema), formerAuthors: z.array(formerAuthorSchema) }),
    },
  },
  async handle(deps, { caller, params: { id } }) {
    return { status: 200, body: await list(deps, { caller, conversationId: id }) };
  },
});

export const setMember = defineRoute({
  method: 'post',
  path: '/conversations/:id/members',
  access: 'user',
  // Whoever asks for many addresses is held back as one who sends many messages.
  limit: 'messages',
  tag: 'members',
  summary: 'Make the account with an address a member, or give a member another role; for the owner',
  params,
  body: z.object({ email: z.string().min(1).max(254), role: roleSchema }),
  responses: { 201: { description: 'The member', schema: memberSchema } },
  async handle({ clients, chat, events }, { caller, params: { id }, body }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    // First, so that nobody learns anything about an address by way of a conversation that is not theirs.
    await requireOwner(chat, { caller, conversationId: id });
    const { userId, displayName } = await profileOf(
      clients.user.unary('FindUserByEmail', { email: body.email }, { ...options, accessToken: undefined }),
    );
    const request = { conversationId: id, userId, role: body.role };
    const { conversation, members } = await chat.unary('SetMember', request, options);
    publishConversation(events, conversation);
    const member = present(
      members.find((candidate) => candidate.userId === userId),
      'member',
    );
    const joined = { ...toConversation(conversation), role: body.role };
    // What is personal is not known here, but for somebody who has just come it is nothing.
    const { pinned: _pinned, archived: _archived, ...known } = joined;
    events.publish([userId], 'conversation:updated', known);
    return { status: 201, body: toMember(member, displayName) };
  },
});

export const updateMember = defineRoute({
  method: 'patch',
  path: '/conversations/:id/members/:userId',
  access: 'user',
  tag: 'members',
  summary: 'Give a member another role; for the owner',
  params: memberParams,
  body: z.object({ role: roleSchema }),
  responses: { 200: { description: 'The member', schema: memberSchema } },
  async handle(deps, { caller, params: { id, userId }, body: { role } }) {
    await requireOwner(deps.chat, { caller, conversationId: id });
    const { items } = await list(deps, { caller, conversationId: id });
    const before = items.find((item) => item.userId === userId);
    // SetMember would make anybody a member; whoever is to become one is invited by address or link.
    if (before === undefined || before.role === 'owner') throw new AppError('RESOURCE_NOT_FOUND');
    const request = { conversationId: id, userId, role };
    const { conversation } = await deps.chat.unary('SetMember', request, { ...caller, timeoutMs: timeouts.unaryMs });
    publishConversation(deps.events, conversation);
    const { version } = present(conversation, 'conversation');
    deps.events.publish([userId], 'conversation:updated', { id, version, role });
    return { status: 200, body: { ...before, role } };
  },
});

/** Says of an address without an account just that; the owner needs to know it to send a link instead. */
async function profileOf(search: Promise<{ profile: { userId: string; displayName: string } | null }>) {
  try {
    return present((await search).profile, 'profile');
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== 'RESOURCE_NOT_FOUND') throw error;
    const message = 'belongs to no account; send an invite link instead';
    throw new AppError('VALIDATION_FAILED', {
      detail: `email: ${message}`,
      violations: [{ field: 'email', message }],
    });
  }
}

export const removeMember = defineRoute({
  method: 'delete',
  path: '/conversations/:id/members/:userId',
  access: 'user',
  tag: 'members',
  summary: 'Remove a member, or leave; it takes effect at once, on open connections too',
  params: memberParams,
  responses: { 204: { description: 'No member any more' } },
  async handle({ chat, events, access }, { caller, params: { id, userId } }) {
    const request = { conversationId: id, userId };
    const { conversation } = await chat.unary('RemoveMember', request, { ...caller, timeoutMs: timeouts.unaryMs });
    access.revoke({ conversationId: id, userId });
    const { version } = present(conversation, 'conversation');
    events.publish([userId], 'conversation:deleted', { id, version });
    publishConversation(events, conversation);
    return { status: 204 };
  },
});

export const acceptInvite = defineRoute({
  method: 'post',
  path: '/invites/:token/accept',
  access: 'user',
  tag: 'members',
  summary: 'Become a member by a link',
  params: z.object({ token: z.string().max(200) }),
  responses: { 200: { description: 'The conversation', schema: conversationSchema } },
  async handle({ chat, events }, { caller, params: { token } }) {
    const { conversation } = await chat.unary('AcceptInvite', { token }, { ...caller, timeoutMs: timeouts.unaryMs });
    publishConversation(events, conversation);
    return { status: 200, body: toConversation(conversation) };
  },
});
