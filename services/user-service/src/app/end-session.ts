import type { RevocationCause } from '@chatbot/service-kit';
import type { UserDeps } from './ports.ts';

/**
 * Ends a session, of `accountId` if that is given, and says so everywhere, so that its access token is refused within seconds. False, and no
 * effect, when there is no such session that is open.
 */
export async function endSession(
  deps: Pick<UserDeps, 'sessions' | 'revocations' | 'now'>,
  session: { sessionId: string; accountId?: string; cause: RevocationCause },
): Promise<boolean> {
  const { sessionId, cause } = session;
  const ended = await deps.sessions.revokeSession({ ...session, at: deps.now() });
  if (ended) await deps.revocations.publish([{ kind: 'session', sessionId, cause }]);
  return ended;
}
