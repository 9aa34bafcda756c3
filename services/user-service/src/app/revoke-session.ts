import { AppError } from '@chatbot/errors';
import { endSession } from './end-session.ts';
import type { UserDeps } from './ports.ts';

/** Ends a session of `userId`. Throws AppError RESOURCE_NOT_FOUND when they have no such session that is open. */
export async function revokeSession(
  deps: Pick<UserDeps, 'sessions' | 'revocations' | 'events' | 'now'>,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const ended = await endSession(deps, { sessionId, accountId: userId, cause: 'session_revoked' });
  if (!ended) throw new AppError('RESOURCE_NOT_FOUND');
  deps.events.count('session_revoked');
}
