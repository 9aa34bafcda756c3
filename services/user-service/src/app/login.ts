import { AppError } from '@chatbot/errors';
import type { Device, UserDeps } from './ports.ts';
import { grantSession, openSession, type SessionGrant } from './session-grant.ts';

export type LoginInput = {
  /** In lower case. */
  email: string;
  password: string;
  device: Device;
  signal: AbortSignal;
};

/**
 * Opens a session. An unknown address and a wrong password take the same work and give the same answer.
 * Throws AppError CREDENTIALS_INVALID, OVERLOADED.
 */
export async function login(deps: UserDeps, input: LoginInput): Promise<SessionGrant> {
  const { email, password, device, signal } = input;
  const credentials = await deps.accounts.findCredentials(email);
  const hash = credentials?.passwordHash;
  const { matches, replacement } = await deps.passwords.check({ password, hash, signal });
  if (credentials === undefined || !matches) {
    deps.events.count('login_failed');
    throw new AppError('CREDENTIALS_INVALID');
  }
  const { account, passwordHash: current } = credentials;
  if (replacement !== undefined) await deps.accounts.replacePasswordHash({ id: account.id, current, replacement });
  const { session, refreshToken } = openSession(deps, device);
  await deps.sessions.createSession(account.id, session);
  deps.events.count('login_succeeded');
  return grantSession(deps, { id: session.id, account, refreshToken, expiresAt: session.expiresAt });
}
