import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Account } from '../domain/account.ts';
import { hashRefreshToken } from '../domain/refresh-token.ts';
import type { Device, NewSession, UserDeps } from './ports.ts';

/** What a sign-in or a refresh gives to the client. */
export type SessionGrant = {
  readonly account: Account;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
  /** Whether the account was marked for removal and is kept by this sign-in. */
  readonly restored: boolean;
};

/** A session to be stored and its refresh token, which is stored nowhere. */
export type OpenedSession = { readonly session: NewSession; readonly refreshToken: string };

/** A new session with a random refresh token of 256 bits. */
export function openSession(deps: Pick<UserDeps, 'now' | 'refreshTokenSeconds'>, device: Device): OpenedSession {
  const refreshToken = randomBytes(32).toString('base64url');
  const createdAt = deps.now();
  return {
    refreshToken,
    session: {
      id: uuidv7(),
      device,
      tokenHash: hashRefreshToken(refreshToken),
      createdAt,
      expiresAt: refreshExpiry(deps, createdAt),
    },
  };
}

/** When a refresh token that is issued at `issuedAt` expires. */
export function refreshExpiry({ refreshTokenSeconds }: Pick<UserDeps, 'refreshTokenSeconds'>, issuedAt: Date): Date {
  return new Date(issuedAt.getTime() + refreshTokenSeconds * 1000);
}

/** The tokens of a session that is stored. */
export function grantSession(
  deps: Pick<UserDeps, 'accessTokens' | 'now'>,
  session: { id: string; account: Account; refreshToken: string; expiresAt: Date },
): SessionGrant {
  const { account, refreshToken } = session;
  const at = deps.now();
  const { id: userId, role, tokenVersion } = account;
  const access = deps.accessTokens.sign({ userId, sessionId: session.id, role, tokenVersion, at });
  return {
    account,
    accessToken: access.token,
    expiresInSeconds: access.expiresInSeconds,
    refreshToken,
    refreshExpiresInSeconds: Math.floor((session.expiresAt.getTime() - at.getTime()) / 1000),
    restored: false,
  };
}
