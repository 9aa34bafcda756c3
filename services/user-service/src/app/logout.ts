import { hashRefreshToken } from '../domain/refresh-token.ts';
import { endSession } from './end-session.ts';
import type { UserDeps } from './ports.ts';

/** Ends the session of a refresh token, also of one that was exchanged before. Does nothing for a token that is unknown. */
export async function logout(deps: UserDeps, refreshToken: string): Promise<void> {
  const stored = await deps.sessions.findRefreshToken(hashRefreshToken(refreshToken));
  if (stored === undefined || stored.sessionRevoked) return;
  await endSession(deps, { sessionId: stored.sessionId, cause: 'logout' });
  deps.events.count('logged_out');
}
