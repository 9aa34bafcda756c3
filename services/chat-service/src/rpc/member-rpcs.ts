import { toTimestamp, unary } from '@chatbot/service-kit';
import { acceptInvite } from '../app/accept-invite.ts';
import { createInvite } from '../app/create-invite.ts';
import { listInvites } from '../app/list-invites.ts';
import { listMembers } from '../app/list-members.ts';
import { removeMember } from '../app/remove-member.ts';
import { revokeInvite } from '../app/revoke-invite.ts';
import { setMember } from '../app/set-member.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { Invite } from '../domain/member.ts';
import { toWireConversation } from './convert.ts';
import type { ChatDeps } from './deps.ts';
import {
  acceptInviteRequest,
  conversationRequest,
  createInviteRequest,
  memberRequest,
  revokeInviteRequest,
  setMemberRequest,
} from './schemas.ts';

/** The rpcs on who takes part in a conversation. */
export function memberRpcs(deps: ChatDeps) {
  return {
    ListMembers: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity }) => {
        const { conversation, formerAuthorIds } = await listMembers(deps, { ...input, userId: identity.userId });
        return { members: toWireMembers(conversation), formerAuthorIds: [...formerAuthorIds] };
      },
    }),

    SetMember: unary({
      access: 'user',
      input: setMemberRequest,
      handle: async (input, { identity: { userId } }) => {
        const conversation = await setMember(deps, { ...input, userId });
        return { conversation: toWireConversation(conversation, userId), members: toWireMembers(conversation) };
      },
    }),

    RemoveMember: unary({
      access: 'user',
      input: memberRequest,
      handle: async (input, { identity }) => {
        const conversation = await removeMember(deps, { ...input, userId: identity.userId });
        return { conversation: toWireConversation(conversation, conversation.userId) };
      },
    }),

    CreateInvite: unary({
      access: 'user',
      input: createInviteRequest,
      handle: async (input, { identity }) => {
        const { invite, token } = await createInvite(deps, { ...input, userId: identity.userId });
        return { invite: toWireInvite(invite), token };
      },
    }),

    ListInvites: unary({
      access: 'user',
      input: conversationRequest,
      handle: async (input, { identity }) => {
        const invites = await listInvites(deps, { ...input, userId: identity.userId });
        return { invites: invites.map(toWireInvite) };
      },
    }),

    RevokeInvite: unary({
      access: 'user',
      input: revokeInviteRequest,
      handle: async (input, { identity }) => {
        await revokeInvite(deps, { ...input, userId: identity.userId });
        return {};
      },
    }),

    AcceptInvite: unary({
      access: 'user',
      input: acceptInviteRequest,
      handle: async (input, { identity: { userId } }) => {
        const conversation = await acceptInvite(deps, { ...input, userId });
        return { conversation: toWireConversation(conversation, userId) };
      },
    }),
  };
}

function toWireMembers({ userId, createdAt, members }: Conversation) {
  const owner = { userId, role: 'owner', joinedAt: toTimestamp(createdAt) };
  return [owner, ...members.map(({ joinedAt, ...member }) => ({ ...member, joinedAt: toTimestamp(joinedAt) }))];
}

function toWireInvite({ createdAt, expiresAt, ...invite }: Invite) {
  return { ...invite, createdAt: toTimestamp(createdAt), expiresAt: toTimestamp(expiresAt) };
}
