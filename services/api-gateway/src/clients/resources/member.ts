import type { Invite__Output } from '@chatbot/proto/chatbot/chat/v1/Invite';
import type { Member__Output } from '@chatbot/proto/chatbot/chat/v1/Member';
import { z } from 'zod';
import { conversationSchema } from './conversation.ts';
import { dateTime, iso, present } from './fields.ts';

export const memberSchema = z
  .object({
    userId: z.uuid(),
    displayName: z.string().nullable().meta({ description: 'null when the account is gone' }),
    role: conversationSchema.shape.role,
    joinedAt: dateTime,
  })
  .meta({ id: 'Member' });

export const formerAuthorSchema = memberSchema.pick({ userId: true, displayName: true }).meta({
  id: 'FormerAuthor',
  description: 'Somebody who wrote messages that are still there and is a member no longer',
});

export const inviteSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    role: z.enum(['writer', 'reader']),
    createdAt: dateTime,
    expiresAt: dateTime,
  })
  .meta({ id: 'Invite', description: 'A link that makes whoever opens it a member' });

export type Member = z.infer<typeof memberSchema>;

export type FormerAuthor = z.infer<typeof formerAuthorSchema>;

export type Invite = z.infer<typeof inviteSchema>;

/** A member and the name that goes with it. */
export function toMember({ userId, role, joinedAt }: Member__Output, displayName: string | undefined): Member {
  return {
    userId,
    displayName: displayName ?? null,
    role: memberSchema.shape.role.parse(role),
    joinedAt: iso(joinedAt),
  };
}

export function toInvite(invite: Invite__Output | null): Invite {
  const { id, conversationId, role, createdAt, expiresAt } = present(invite, 'invite');
  return {
    id,
    conversationId,
    role: inviteSchema.shape.role.parse(role),
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
  };
}
