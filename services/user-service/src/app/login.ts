import { AppError } from '@chatbot/errors';
import type { Account } from '../domain/account.ts';
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
  const credentials = await deps.accounts.findCredentials({ email });
  const hash = credentials?.passwordHash;
  const { matches, replacement } = await deps.passwords.check({ password, hash, signal });
  if (credentials === undefined || !matches) {
    deps.events.count('login_failed');
    throw new AppError('CREDENTIALS_INVALID');
  }
  const { account, passwordHash: current } = credentials;
  if (replacement !== undefined) await deps.accounts.replacePasswordHash({ id: account.id, current, replacement });
  const kept = await keepAccount(deps, account);
  const { session, refreshToken } = openSession(deps, device);
  await deps.sessions.createSession(account.id, session);
  deps.events.count('login_succeeded');
  const grant = grantSession(deps, { id: session.id, account: kept, refreshToken, expiresAt: session.expiresAt });
  return { ...grant, restored: kept !== account };
}

/** Signing in restores an account that is marked for removal. One whose time is over is as good as gone. */
async function keepAccount(deps: Pick<UserDeps, 'accounts' | 'events' | 'now'>, account: Account): Promise<Account> {
  if (account.purgeAt === undefined) return account;
  const kept = await deps.accounts.cancelRemoval({ id: account.id, now: deps.now() });
  if (kept === undefined) throw new AppError('CREDENTIALS_INVALID');
  deps.events.count('removal_cancelled');
  return kept;
}
