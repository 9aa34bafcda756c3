import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import { v7 as uuidv7 } from 'uuid';
import { defaultDisplayName } from '../domain/account.ts';
import { checkNewPassword } from './check-new-password.ts';
import type { Device, UserDeps } from './ports.ts';
import { grantSession, openSession, type SessionGrant } from './session-grant.ts';

export type RegisterInput = {
  /** In lower case. */
  email: string;
  password: string;
  /** Empty takes the part of the address before the @. */
  displayName: string;
  device: Device;
  /** Empty makes a user, the right one the first administrator. */
  setupToken: string;
  signal: AbortSignal;
};

/**
 * Creates an account and its first session. Throws AppError PASSWORD_TOO_WEAK, EMAIL_TAKEN, OVERLOADED, SETUP_TOKEN_INVALID.
 */
export async function register(deps: UserDeps, input: RegisterInput): Promise<SessionGrant> {
  const { email, password, device, setupToken, signal } = input;
  const isSetup = setupToken !== '';
  if (isSetup && !isSameText(setupToken, deps.setupToken)) throw new AppError('SETUP_TOKEN_INVALID');
  await checkNewPassword(deps, { password, email, displayName: input.displayName, field: 'password' });
  // The unique index decides; asking first spares the hash for the common case.
  if ((await deps.accounts.findCredentials({ email })) !== undefined) throw new AppError('EMAIL_TAKEN');
  const passwordHash = await deps.passwords.hash(password, signal);
  const { session, refreshToken } = openSession(deps, device);
  const displayName = input.displayName === '' ? defaultDisplayName(email) : input.displayName;
  const newAccount = { id: uuidv7(), email, displayName, passwordHash };
  const account = isSetup
    ? await deps.accounts.createFirstAdmin({ ...newAccount, role: 'admin' }, session)
    : await deps.accounts.createAccount({ ...newAccount, role: 'user' }, session);
  deps.events.count('registered');
  if (isSetup) deps.events.count('first_admin_created');
  return grantSession(deps, { id: session.id, account, refreshToken, expiresAt: session.expiresAt });
}

/** Takes the same time wherever the texts differ. */
function isSameText(given: string, expected: string | undefined): boolean {
  if (expected === undefined) return false;
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
