import { createHash, createHmac } from 'node:crypto';

/** A refresh token as it is stored, with what matters of its session. */
export type RefreshTokenState = {
  readonly expiresAt: Date;
  readonly sessionRevoked: boolean;
  /** Set once it was exchanged. */
  readonly rotation: { readonly at: Date; readonly nonce: Uint8Array } | undefined;
};

export type RefreshDecision =
  /** The latest token of its session: exchange it. */
  | { readonly kind: 'rotate' }
  /** Exchanged a moment ago, by another tab or before an answer that got lost: hand out the same successor. */
  | { readonly kind: 'repeat'; readonly rotatedAt: Date; readonly nonce: Uint8Array }
  /** Exchanged long ago: somebody else has it too. The session must end. */
  | { readonly kind: 'reuse' }
  | { readonly kind: 'refuse' };

/** How long after its exchange a token still gives the same successor. */
export const refreshGraceMs = 10_000;

/** What to do with a refresh token that a client presents (RFC 9700, section 4.14.2). */
export function decideRefresh(token: RefreshTokenState, now: Date): RefreshDecision {
  if (token.sessionRevoked || token.expiresAt <= now) return { kind: 'refuse' };
  const { rotation } = token;
  if (rotation === undefined) return { kind: 'rotate' };
  if (now.getTime() - rotation.at.getTime() > refreshGraceMs) return { kind: 'reuse' };
  return { kind: 'repeat', rotatedAt: rotation.at, nonce: rotation.nonce };
}

/** What is stored in place of a token. It has 256 random bits, so a plain digest cannot be reversed by guessing. */
export function hashRefreshToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

/**
 * The successor of a token. It needs both the token, which only the client has, and the nonce, which only the store has: neither
 * an old token nor a copy of the database gives it away, and yet the same exchange can be answered twice.
 */
export function successorOf(token: string, nonce: Uint8Array): string {
  return createHmac('sha256', token).update('refresh token successor').update(nonce).digest('base64url');
}
