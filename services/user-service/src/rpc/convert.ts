import type { Session } from '@chatbot/proto/chatbot/user/v1/Session';
import type { User } from '@chatbot/proto/chatbot/user/v1/User';
import { toTimestamp } from '@chatbot/service-kit';
import type { SessionGrant } from '../app/session-grant.ts';
import type { Account } from '../domain/account.ts';

export function toUser(account: Account): User {
  const { id, email, displayName, role, createdAt, updatedAt, version } = account;
  return {
    id,
    email,
    displayName,
    role,
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
    version,
  };
}

export function toSession({ account, ...tokens }: SessionGrant): Session {
  return { ...tokens, user: toUser(account) };
}
