import type { ManagedUser } from '@chatbot/proto/chatbot/user/v1/ManagedUser';
import type { OpenSession } from '@chatbot/proto/chatbot/user/v1/OpenSession';
import type { Preferences as WirePreferences } from '@chatbot/proto/chatbot/user/v1/Preferences';
import type { Session } from '@chatbot/proto/chatbot/user/v1/Session';
import type { User } from '@chatbot/proto/chatbot/user/v1/User';
import { type Identity, toTimestamp } from '@chatbot/service-kit';
import type { ListedSession } from '../app/ports.ts';
import type { SessionGrant } from '../app/session-grant.ts';
import type { Account } from '../domain/account.ts';
import type { Preferences } from '../domain/preferences.ts';

export function toManagedUser(account: Account): ManagedUser {
  const { purgeAt } = account;
  return { user: toUser(account), ...(purgeAt === undefined ? {} : { purgeAt: toTimestamp(purgeAt) }) };
}

export function toOpenSession(session: ListedSession, identity: Pick<Identity, 'sessionId'>): OpenSession {
  const { id, device, createdAt, lastUsedAt, expiresAt } = session;
  return {
    id,
    device,
    createdAt: toTimestamp(createdAt),
    lastUsedAt: toTimestamp(lastUsedAt),
    expiresAt: toTimestamp(expiresAt),
    current: id === identity.sessionId,
  };
}

export function toPreferences({ parameters, ...preferences }: Preferences): WirePreferences {
  const { temperature, topP, maxTokens, seed, stop = [] } = parameters;
  return {
    ...preferences,
    parameters: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(seed === undefined ? {} : { seed }),
      stop: [...stop],
    },
  };
}

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
