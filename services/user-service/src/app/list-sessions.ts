import type { ListedSession, UserDeps } from './ports.ts';

const countMax = 100;

/** The open sessions of an account, the one used last first, at most 100. */
export function listSessions(deps: Pick<UserDeps, 'sessions' | 'now'>, userId: string): Promise<ListedSession[]> {
  return deps.sessions.listSessions({ accountId: userId, now: deps.now(), countMax });
}
