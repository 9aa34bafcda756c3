import type { DomainEventPublisher, Revocation, RevocationCause } from '@chatbot/service-kit';
import type { Account, Role } from '../domain/account.ts';
import type { ActivityCounts, DayActivity, PersonaActivity } from '../domain/activity.ts';
import type { Preferences, Settings } from '../domain/preferences.ts';
import type { RefreshTokenState } from '../domain/refresh-token.ts';

export type NewAccount = Pick<Account, 'id' | 'email' | 'displayName' | 'role'> & { readonly passwordHash: string };

/** From where a session was opened, for its owner to recognise it; either may be empty. */
export type Device = { readonly userAgent: string; readonly ipAddress: string };

/** A session with its first refresh token. */
export type NewSession = {
  /** UUIDv7. */
  readonly id: string;
  readonly device: Device;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

export type StoredRefreshToken = RefreshTokenState & { readonly sessionId: string; readonly account: Account };

export type Rotation = {
  readonly sessionId: string;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly successorHash: Uint8Array<ArrayBuffer>;
  readonly at: Date;
  /** When the successor expires. */
  readonly expiresAt: Date;
};

export type Credentials = { readonly account: Account; readonly passwordHash: string };

export type AccountStore = {
  /** Stores an account and its first session, both or neither. Throws AppError EMAIL_TAKEN. */
  createAccount(account: NewAccount, session: NewSession): Promise<Account>;
  /**
   * The same for the first administrator; of several calls, at once or not, one has an effect. Throws AppError EMAIL_TAKEN, SETUP_TOKEN_INVALID
   * when there is or was an administrator.
   */
  createFirstAdmin(account: NewAccount, session: NewSession): Promise<Account>;
  findAccount(id: string): Promise<Account | undefined>;
  findCredentials(by: { email: string } | { id: string }): Promise<Credentials | undefined>;
  /** The changed account, or undefined when `version` is not the current one or the account is gone. */
  updateProfile(change: { id: string; version: number; displayName: string; at: Date }): Promise<Account | undefined>;
  /** Replaces `current`; does nothing when it has been replaced meanwhile. */
  replacePasswordHash(change: { id: string; current: string; replacement: string }): Promise<void>;
  /**
   * Replaces `current` and ends all sessions but one, both or neither. The ids of those that ended, or undefined, and no effect, when it has been
   * replaced meanwhile.
   */
  changePassword(change: {
    id: string;
    current: string;
    replacement: string;
    keptSessionId: string;
    at: Date;
  }): Promise<string[] | undefined>;
  /** A page of accounts, the newest first. */
  listAccounts(query: { emailPart: string; beforeId: string | undefined; countMax: number }): Promise<Account[]>;
  /**
   * Sets the role and, if that changes it, makes all tokens of before invalid. Undefined when the account is gone. Throws AppError LAST_ADMIN.
   * Of several demotions at once, one administrator stays.
   */
  setRole(change: { id: string; role: Role; at: Date }): Promise<{ account: Account; changed: boolean } | undefined>;
  /**
   * Marks the account for removal at `purgeAt`, ends its sessions and makes all its tokens invalid. Undefined when it is gone. Throws AppError
   * LAST_ADMIN.
   */
  scheduleRemoval(removal: { id: string; at: Date; purgeAt: Date }): Promise<Account | undefined>;
  /** Takes the mark away. Undefined, and no effect, when its time is over. */
  cancelRemoval(cancellation: { id: string; now: Date }): Promise<Account | undefined>;
  /** Ends all sessions and makes all tokens invalid. Undefined when the account is gone. */
  endAllSessions(end: { id: string; cause: RevocationCause; at: Date }): Promise<Account | undefined>;
  /** Claims accounts whose time is over, also those that were claimed before and are still there; they cannot be kept any more. */
  claimForRemoval(claim: { now: Date; countMax: number }): Promise<string[]>;
  /** Removes accounts that were claimed, and all that belongs to them. */
  removeAccounts(ids: readonly string[]): Promise<void>;
};

/** What others may see of an account. */
export type Profile = { readonly userId: string; readonly displayName: string };

export type ProfileStore = {
  /** An account that is marked for removal is not found: nobody is to be invited into what they are leaving. */
  findByEmail(email: string): Promise<Profile | undefined>;
  /** Those that exist. */
  list(userIds: readonly string[]): Promise<readonly Profile[]>;
};

export type PreferenceStore = {
  find(accountId: string): Promise<Preferences | undefined>;
  /** Stores `settings` if `version` is the present one, 0 for none. Undefined, and no effect, when it is not. */
  replace(change: {
    accountId: string;
    version: number;
    settings: Settings;
    at: Date;
  }): Promise<Preferences | undefined>;
};

/** A session as its owner sees it. */
export type ListedSession = {
  readonly id: string;
  readonly device: Device;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
};

export type SessionStore = {
  /** Stores a session, and forgets those of the same account that have expired. */
  createSession(accountId: string, session: NewSession): Promise<void>;
  /** The open sessions of an account, the one used last first. */
  listSessions(query: { accountId: string; now: Date; countMax: number }): Promise<ListedSession[]>;
  /** The addresses from which the latest sessions of an account were opened, at most 100. Those whose token was stolen do not count. */
  listIpAddresses(accountId: string): Promise<string[]>;
  findRefreshToken(tokenHash: Uint8Array<ArrayBuffer>): Promise<StoredRefreshToken | undefined>;
  /** Marks a token as exchanged and stores its successor. False, and no effect, when it was exchanged or revoked before. */
  rotateRefreshToken(rotation: Rotation): Promise<boolean>;
  /** Ends a session, of `accountId` if that is given. False, and no effect, when it has ended or is not there. */
  revokeSession(revocation: {
    sessionId: string;
    accountId?: string;
    cause: RevocationCause;
    at: Date;
  }): Promise<boolean>;
  /** What ended since `since`: sessions, and the older tokens of accounts; at most `countMax` of each, the latest first. */
  listRevocations(query: { since: Date; countMax: number }): Promise<Revocation[]>;
};

/** Tells every service that verifies tokens what counts no longer. */
export type RevocationPublisher = {
  /**
   * Publishes what is stored already. Never throws: what does not get through is published by the next synchronisation.
   */
  publish(revocations: readonly Revocation[]): Promise<void>;
};

export type PasswordHasher = {
  /** Throws AppError OVERLOADED when too many wait. */
  hash(password: string, signal: AbortSignal): Promise<string>;
  /**
   * Whether `password` belongs to `hash`; without a hash it does the same work and says no. `replacement` is set when the hash matches but
   * was made with another cost than the present one. Throws AppError OVERLOADED when too many wait.
   */
  check(attempt: { password: string; hash: string | undefined; signal: AbortSignal }): Promise<{
    matches: boolean;
    replacement?: string;
  }>;
};

/** The authenticator app of an account. */
export type SecondFactor = {
  /** Sealed. */
  readonly secret: Uint8Array<ArrayBuffer>;
  /** Undefined until its owner has shown a code of it. */
  readonly enabledAt: Date | undefined;
};

export type SecondFactorStore = {
  find(accountId: string): Promise<SecondFactor | undefined>;
  /** Stores a sealed secret that is to be confirmed, in place of an earlier such one. False, and no effect, when one is on. */
  begin(enrolment: { accountId: string; secret: Uint8Array<ArrayBuffer> }): Promise<boolean>;
  /**
   * Turns on the second factor with this sealed secret and stores its recovery codes, both or neither; the code of `step` counts as used. False, and
   * no effect, when it is on or has another secret.
   */
  enable(change: {
    accountId: string;
    secret: Uint8Array<ArrayBuffer>;
    step: number;
    recoveryCodeHashes: readonly Uint8Array<ArrayBuffer>[];
    at: Date;
  }): Promise<boolean>;
  /**
   * Marks the code of `step` as used, and those of all earlier steps; `replacement` takes the place of the sealed secret. False, and no effect, when it was used
   * or the second factor has another secret. Of several calls at once, one has an effect.
   */
  useStep(use: {
    accountId: string;
    secret: Uint8Array<ArrayBuffer>;
    step: number;
    replacement: Uint8Array<ArrayBuffer> | undefined;
  }): Promise<boolean>;
  /** Forgets a recovery code. False when there is none; of several calls at once, one has an effect. */
  useRecoveryCode(use: { accountId: string; codeHash: Uint8Array<ArrayBuffer> }): Promise<boolean>;
  countRecoveryCodes(accountId: string): Promise<number>;
  /** False, and no effect, when the second factor is off. */
  replaceRecoveryCodes(change: { accountId: string; codeHashes: readonly Uint8Array<ArrayBuffer>[] }): Promise<boolean>;
  /** Turns the second factor off and forgets its recovery codes. False when it is off. */
  remove(accountId: string): Promise<boolean>;
};

/** Keeps secrets that have to be read again from whoever has a copy of the database. */
export type SecretBox = {
  seal(secret: Uint8Array, accountId: string): Uint8Array<ArrayBuffer>;
  /**
   * The secret, and, when it was sealed with an older key, the same sealed with the present one. Throws when it is of another account, or sealed
   * with an unknown key.
   */
  open(
    sealed: Uint8Array,
    accountId: string,
  ): { readonly secret: Uint8Array<ArrayBuffer>; readonly replacement?: Uint8Array<ArrayBuffer> };
};

/** How hard a password is to guess. */
export type PasswordStrength = {
  /**
   * The score, 0 to 4, and what makes the password weak, if anything; `known` is what an attacker knows of the person. Throws AppError OVERLOADED when
   * too many wait.
   */
  estimate(password: string, known: readonly string[]): Promise<{ score: number; warning: string }>;
};

/** Somebody who tries to sign in. */
export type SignInAttempt = {
  /** In lower case; there need not be such an account. */
  readonly email: string;
  /** From where. */
  readonly network: string;
  /** Whether the account has had a session from there. */
  readonly isKnownNetwork: boolean;
};

/** Slows down the guessing of passwords, in a way that somebody elsewhere cannot use against the owner of an account. */
export type SignInGuard = {
  /**
   * Counts an attempt as failed. `locked`: it must fail, whatever the password is. Throws AppError RATE_LIMITED for a network that has failed too often,
   * with whatever accounts.
   */
  admit(attempt: SignInAttempt): Promise<{ locked: boolean }>;
  /** Takes the count of an attempt back that has succeeded, and forgets the failures of the account from its network. */
  succeeded(attempt: SignInAttempt): Promise<void>;
  /** Takes the count of an attempt back that was not judged. */
  withdraw(attempt: SignInAttempt): Promise<void>;
  /** Counts a password or a code that somebody gives who is signed in. Throws AppError RATE_LIMITED. */
  admitConfirmation(confirmation: Confirmation): Promise<void>;
  /** Forgets the failures: it was right. */
  confirmed(confirmation: Confirmation): Promise<void>;
};

/** Passwords and codes count apart: who knows the one must not guess the other without an end. */
export type Confirmation = { readonly userId: string; readonly of: 'password' | 'code' };

export type AccessTokenSigner = {
  sign(claims: { userId: string; sessionId: string; role: Role; tokenVersion: number; at: Date }): {
    token: string;
    expiresInSeconds: number;
  };
};

export const authEvents = [
  'registered',
  'login_succeeded',
  'login_failed',
  'login_locked',
  'login_code_missing',
  'login_code_failed',
  'refreshed',
  'refresh_reused',
  'logged_out',
  'logged_out_everywhere',
  'session_revoked',
  'password_changed',
  'second_factor_on',
  'second_factor_off',
  'second_factor_reset',
  'recovery_code_used',
  'recovery_codes_replaced',
  'role_changed',
  'first_admin_created',
  'removal_scheduled',
  'removal_cancelled',
  'removed',
] as const;
type AuthEvent = (typeof authEvents)[number];

/** Counts what happens to accounts and sessions. */
export type AuthEventCounter = { count(event: AuthEvent): void };

/** What a fact adds to one account's activity. */
export type ActivityEntry = ActivityCounts & {
  /** Of the event; an event counts once. */
  readonly id: string;
  readonly userId: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly persona: string;
};

/** First and last day, YYYY-MM-DD, UTC. */
export type DayRange = { readonly from: string; readonly to: string };

export type ActivityStore = {
  /** Adds what has not been added before; entries of accounts that are gone are passed over. */
  add(entries: readonly ActivityEntry[], at: Date): Promise<void>;
  /** What one account did, by day and persona, in this order. */
  list(query: DayRange & { accountId: string }): Promise<PersonaActivity[]>;
  /** What all accounts did, by day, in this order. */
  listTotals(range: DayRange): Promise<DayActivity[]>;
  /** Forgets which events were added before `before`. */
  forgetEvents(before: Date): Promise<void>;
};

/** What the use cases work with. */
export type UserDeps = {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly profiles: ProfileStore;
  readonly preferences: PreferenceStore;
  readonly secondFactors: SecondFactorStore;
  readonly secretBox: SecretBox;
  readonly passwords: PasswordHasher;
  readonly strength: PasswordStrength;
  readonly guard: SignInGuard;
  readonly accessTokens: AccessTokenSigner;
  readonly revocations: RevocationPublisher;
  readonly domainEvents: DomainEventPublisher;
  readonly events: AuthEventCounter;
  readonly activity: ActivityStore;
  readonly now: () => Date;
  /** The life of a refresh token; it begins anew with each exchange. */
  readonly refreshTokenSeconds: number;
  /** How long a deleted account can be restored by signing in. */
  readonly removalGraceSeconds: number;
  /** Makes the first administrator; undefined makes none. */
  readonly setupToken: string | undefined;
};
