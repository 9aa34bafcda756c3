import type { RevocationCause } from '@chatbot/service-kit';
import type { UserDeps } from './ports.ts';

/** Ends a session and says so everywhere, so that its access token is refused within seconds. Does nothing when it has ended. */
export async function endSession(
  deps: Pick<UserDeps, 'sessions' | 'revocations' | 'now'>,
  { sessionId, cause }: { sessionId: string; cause: RevocationCause },
): Promise<void> {
  const ended = await deps.sessions.revokeSession({ sessionId, cause, at: deps.now() });
  if (ended) await deps.revocations.publish([{ kind: 'session', sessionId, cause }]);
}
