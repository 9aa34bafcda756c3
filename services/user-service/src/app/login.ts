import { AppError } from '@chatbot/errors';
import type { Account } from '../domain/account.ts';
import { networkOf } from '../domain/network.ts';
import type { Credentials, Device, SignInAttempt, UserDeps } from './ports.ts';
import { grantSession, openSession, type SessionGrant } from './session-grant.ts';
import { useSecondFactor } from './use-second-factor.ts';

export type LoginInput = {
  /** In lower case. */
  email: string;
  password: string;
  /** Of the second factor, for an account that has one; empty for none. */
  code: string;
  device: Device;
  signal: AbortSignal;
};

/**
 * Opens a session. An unknown address, a wrong password and an account that is locked for this network take the same work and give the same answer.
 * Throws AppError CREDENTIALS_INVALID, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_INVALID, OVERLOADED, RATE_LIMITED for a network that has failed with whatever accounts.
 */
export async function login(deps: UserDeps, input: LoginInput): Promise<SessionGrant> {
  const { email, device } = input;
  const credentials = await deps.accounts.findCredentials({ email });
  const attempt = await describeAttempt(deps, { email, device, accountId: credentials?.account.id });
  const proven = await checkAttempt(deps, { ...input, attempt, credentials });
  const { account } = proven;
  const kept = await keepAccount(deps, account);
  const { session, refreshToken } = openSession(deps, device);
  await deps.sessions.createSession(account.id, session);
  deps.events.count('login_succeeded');
  const grant = grantSession(deps, { id: session.id, account: kept, refreshToken, expiresAt: session.expiresAt });
  return { ...grant, restored: kept !== account };
}

/** The look-up of the networks is done for an unknown address, too. */
async function describeAttempt(
  deps: Pick<UserDeps, 'sessions'>,
  { email, device, accountId = nobody }: { email: string; device: Device; accountId: string | undefined },
): Promise<SignInAttempt> {
  const network = networkOf(device.ipAddress);
  const addresses = await deps.sessions.listIpAddresses(accountId);
  return { email, network, isKnownNetwork: addresses.some((address) => networkOf(address) === network) };
}

/** The credentials, proven. The attempt is counted before, so that many at once count, too. */
async function checkAttempt(
  deps: UserDeps,
  input: LoginInput & { attempt: SignInAttempt; credentials: Credentials | undefined },
): Promise<Credentials> {
  const { attempt, credentials } = input;
  const { locked } = await deps.guard.admit(attempt);
  const proof = { ...input, credentials: locked ? undefined : credentials };
  const verdict = await judge(deps, proof).catch(async (error) => {
    // Nothing was decided: no turn was free, the caller left, or a code is still to come.
    await deps.guard.withdraw(attempt);
    throw error;
  });
  switch (verdict) {
    case 'wrong password':
      deps.events.count(locked ? 'login_locked' : 'login_failed');
      throw new AppError('CREDENTIALS_INVALID');
    case 'wrong code':
      deps.events.count('login_code_failed');
      throw new AppError('SECOND_FACTOR_INVALID');
    default:
      await deps.guard.succeeded(attempt);
      return verdict;
  }
}

/** Whether password and code are right. Throws AppError SECOND_FACTOR_REQUIRED when the password is, and the code is missing. */
async function judge(
  deps: UserDeps,
  { credentials, password, code, signal }: LoginInput & { credentials: Credentials | undefined },
): Promise<Credentials | 'wrong password' | 'wrong code'> {
  const hash = credentials?.passwordHash;
  const { matches, replacement } = await deps.passwords.check({ password, hash, signal });
  if (credentials === undefined || !matches) return 'wrong password';
  const { account, passwordHash: current } = credentials;
  const factor = await deps.secondFactors.find(account.id);
  if (factor?.enabledAt !== undefined) {
    if (code === '') {
      deps.events.count('login_code_missing');
      throw new AppError('SECOND_FACTOR_REQUIRED');
    }
    if (!(await useSecondFactor(deps, { accountId: account.id, factor, code }))) return 'wrong code';
  }
  if (replacement !== undefined) await deps.accounts.replacePasswordHash({ id: account.id, current, replacement });
  return credentials;
}

/** Signing in restores an account that is marked for removal. One whose time is over is as good as gone. */
async function keepAccount(deps: Pick<UserDeps, 'accounts' | 'events' | 'now'>, account: Account): Promise<Account> {
  if (account.purgeAt === undefined) return account;
  const kept = await deps.accounts.cancelRemoval({ id: account.id, now: deps.now() });
  if (kept === undefined) throw new AppError('CREDENTIALS_INVALID');
  deps.events.count('removal_cancelled');
  return kept;
}

/** The id of no account. */
const nobody = '00000000-0000-0000-0000-000000000000';
