import { AppError } from '@chatbot/errors';
import { v7 as uuidv7 } from 'uuid';
import { defaultDisplayName } from '../domain/account.ts';
import { checkPassword, type PasswordProblem, passwordLengthMin } from '../domain/password-policy.ts';
import type { Device, UserDeps } from './ports.ts';
import { grantSession, openSession, type SessionGrant } from './session-grant.ts';

export type RegisterInput = {
  /** In lower case. */
  email: string;
  password: string;
  /** Empty takes the part of the address before the @. */
  displayName: string;
  device: Device;
  signal: AbortSignal;
};

const problemTexts: Readonly<Record<PasswordProblem, string>> = {
  'too-short': `It needs at least ${passwordLengthMin} characters.`,
  common: 'It is one of the passwords that are tried first.',
  'is-email': 'It must not be the address.',
};

/** Creates an account with role `user` and its first session. Throws AppError PASSWORD_TOO_WEAK, EMAIL_TAKEN, OVERLOADED. */
export async function register(deps: UserDeps, input: RegisterInput): Promise<SessionGrant> {
  const { email, password, device, signal } = input;
  const problem = checkPassword({ password, email });
  if (problem !== undefined) throw tooWeak(problem);
  // The unique index decides; asking first spares the hash for the common case.
  if ((await deps.accounts.findCredentials(email)) !== undefined) throw new AppError('EMAIL_TAKEN');
  const passwordHash = await deps.passwords.hash(password, signal);
  const { session, refreshToken } = openSession(deps, device);
  const displayName = input.displayName === '' ? defaultDisplayName(email) : input.displayName;
  const account = await deps.accounts.createAccount(
    { id: uuidv7(), email, displayName, role: 'user', passwordHash },
    session,
  );
  deps.events.count('registered');
  return grantSession(deps, { id: session.id, account, refreshToken, expiresAt: session.expiresAt });
}

function tooWeak(problem: PasswordProblem): AppError {
  const message = problemTexts[problem];
  return new AppError('PASSWORD_TOO_WEAK', { detail: message, violations: [{ field: 'password', message }] });
}
