import { AppError } from '@chatbot/errors';
import { z } from 'zod';
import { type ChatClient, timeouts, type UserClient } from './clients/clients.ts';
import { present } from './clients/resources/fields.ts';
import { type FormerAuthor, type Member, toMember } from './clients/resources/member.ts';
import type { Caller } from './turns/caller.ts';

/** What somebody can be made. */
export const roleSchema = z.enum(['writer', 'reader']);

type Asked = { caller: Caller; conversationId: string };

/** Who takes part in a conversation that the caller may read, and who else wrote in it, with their names. Throws RESOURCE_NOT_FOUND. */
export async function listMembers(
  { chat, clients }: { chat: ChatClient; clients: { user: UserClient } },
  { caller, conversationId }: Asked,
): Promise<{ items: Member[]; formerAuthors: FormerAuthor[] }> {
  const { members, formerAuthorIds } = await chat.unary(
    'ListMembers',
    { conversationId },
    { ...caller, timeoutMs: timeouts.unaryMs },
  );
  const { context, signal, deadlineAtMs } = caller;
  const userIds = [...members.map(({ userId }) => userId), ...formerAuthorIds];
  const { profiles } = await clients.user.unary(
    'ListProfiles',
    { userIds },
    { context, signal, deadlineAtMs, timeoutMs: timeouts.unaryMs },
  );
  const names = new Map(profiles.map(({ userId, displayName }) => [userId, displayName]));
  return {
    items: members.map((member) => toMember(member, names.get(member.userId))),
    formerAuthors: formerAuthorIds.map((userId) => ({ userId, displayName: names.get(userId) ?? null })),
  };
}

/** Throws RESOURCE_NOT_FOUND for a conversation that the caller may not read, PERMISSION_DENIED for one that is not theirs. */
export async function requireOwner(chat: ChatClient, { caller, conversationId }: Asked): Promise<void> {
  const { conversation } = await chat.unary(
    'GetConversation',
    { conversationId },
    { ...caller, timeoutMs: timeouts.unaryMs },
  );
  if (present(conversation, 'conversation').role !== 'owner') {
    throw new AppError('PERMISSION_DENIED', { detail: 'Only the owner of the conversation may do this' });
  }
}
