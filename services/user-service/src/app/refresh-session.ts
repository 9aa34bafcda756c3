import { randomBytes } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import { decideRefresh, hashRefreshToken, successorOf } from '../domain/refresh-token.ts';
import { endSession } from './end-session.ts';
import type { StoredRefreshToken, UserDeps } from './ports.ts';
import { grantSession, refreshExpiry, type SessionGrant } from './session-grant.ts';

/** A lost race leaves a token that was exchanged or revoked, so the second look decides. */
const attemptCountMax = 2;

/**
 * Exchanges a refresh token for its successor. Repeating that within the grace period gives the same successor; later it ends
 * the session. Throws AppError REFRESH_TOKEN_INVALID.
 */
export async function refreshSession(deps: UserDeps, refreshToken: string): Promise<SessionGrant> {
  for (let attempt = 0; attempt < attemptCountMax; attempt += 1) {
    const stored = await deps.sessions.findRefreshToken(hashRefreshToken(refreshToken));
    if (stored === undefined) break;
    const grant = await tryRefresh(deps, { refreshToken, stored });
    if (grant !== undefined) return grant;
  }
  throw new AppError('REFRESH_TOKEN_INVALID');
}

/** The grant, or undefined when another call was faster. */
async function tryRefresh(
  deps: UserDeps,
  { refreshToken, stored }: { refreshToken: string; stored: StoredRefreshToken },
): Promise<SessionGrant | undefined> {
  const { sessionId } = stored;
  const now = deps.now();
  const decision = decideRefresh(stored, now);
  switch (decision.kind) {
    case 'rotate': {
      const nonce = new Uint8Array(randomBytes(32));
      if (!(await rotate(deps, { refreshToken, sessionId, nonce, now }))) return undefined;
      return grant({ nonce, issuedAt: now });
    }
    case 'repeat':
      return grant({ nonce: decision.nonce, issuedAt: decision.rotatedAt });
    case 'reuse':
      await endSession(deps, { sessionId, cause: 'refresh_token_reused' });
      deps.events.count('refresh_reused');
      throw new AppError('REFRESH_TOKEN_INVALID');
    case 'refuse':
      throw new AppError('REFRESH_TOKEN_INVALID');
    default:
      return decision satisfies never;
  }

  function grant({ nonce, issuedAt }: { nonce: Uint8Array; issuedAt: Date }): SessionGrant {
    deps.events.count('refreshed');
    return grantSession(deps, {
      id: sessionId,
      account: stored.account,
      refreshToken: successorOf(refreshToken, nonce),
      expiresAt: refreshExpiry(deps, issuedAt),
    });
  }
}

function rotate(
  deps: UserDeps,
  token: { refreshToken: string; sessionId: string; nonce: Uint8Array<ArrayBuffer>; now: Date },
): Promise<boolean> {
  const { refreshToken, sessionId, nonce, now } = token;
  return deps.sessions.rotateRefreshToken({
    sessionId,
    tokenHash: hashRefreshToken(refreshToken),
    nonce,
    successorHash: hashRefreshToken(successorOf(refreshToken, nonce)),
    at: now,
    expiresAt: refreshExpiry(deps, now),
  });
}
