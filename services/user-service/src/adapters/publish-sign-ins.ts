import type { DomainEventPublisher, Logger } from '@chatbot/service-kit';
import type { AccountStore, NewSession, SessionStore } from '../app/ports.ts';

type Stores = { accounts: AccountStore; sessions: SessionStore };

/**
 * The same stores, which tell the other services of every session that they have opened. Nobody waits for it: a sign-in while Redis is away is one that
 * is not counted, never one that fails.
 */
export function publishSignIns(
  { accounts, sessions }: Stores,
  { publisher, logger }: { publisher: DomainEventPublisher; logger: Logger },
): Stores {
  function publish(userId: string, { id, createdAt }: NewSession) {
    publisher
      .publish([{ id, v: 1, type: 'user.signed_in', at: createdAt.toISOString(), userId }])
      .catch((error: unknown) => logger.warn({ err: error }, 'a sign-in could not be published'));
  }
  return {
    accounts: {
      ...accounts,
      async createAccount(account, session) {
        const created = await accounts.createAccount(account, session);
        publish(created.id, session);
        return created;
      },
      async createFirstAdmin(account, session) {
        const created = await accounts.createFirstAdmin(account, session);
        publish(created.id, session);
        return created;
      },
    },
    sessions: {
      ...sessions,
      async createSession(accountId, session) {
        await sessions.createSession(accountId, session);
        publish(accountId, session);
      },
    },
  };
}
