import { z } from 'zod';
import type { Identity } from './access-token.ts';

/** Why a session or the tokens of an account ended before their time. */
export const revocationCauses = [
  'logout',
  'logout_everywhere',
  'session_revoked',
  'refresh_token_reused',
  'password_changed',
  'role_changed',
  'account_deleted',
] as const;
export type RevocationCause = (typeof revocationCauses)[number];

export function isRevocationCause(value: string): value is RevocationCause {
  return revocationCauses.some((cause) => cause === value);
}

/** The end of a session, or of all tokens of an account that have a version below `tokenVersion`. */
export type Revocation =
  | { readonly kind: 'session'; readonly sessionId: string; readonly cause: RevocationCause }
  | {
      readonly kind: 'account';
      readonly userId: string;
      readonly tokenVersion: number;
      readonly cause: RevocationCause;
    };

/** Answers whether a token, good by its signature, has been revoked. */
export type RevocationList = {
  /** Why the token is refused; undefined when it is not. */
  causeOf(token: Pick<Identity, 'userId' | 'sessionId' | 'tokenVersion'>): RevocationCause | undefined;
};

/**
 * Where revocations are in Redis: a sorted set of encoded ones by the time at which they may be forgotten (milliseconds), because every
 * token that they refuse has expired by then, and the channel on which each new one is announced as "<time> <encoded>".
 */
export const revocationKeys = { set: 'auth:revocations', channel: 'auth:revoked' } as const;

export function encodeRevocation(revocation: Revocation): string {
  switch (revocation.kind) {
    case 'session':
      return `s:${revocation.sessionId}:${revocation.cause}`;
    case 'account':
      return `u:${revocation.userId}:${revocation.tokenVersion}:${revocation.cause}`;
    default:
      return revocation satisfies never;
  }
}

const sessionParts = z.tuple([z.literal('s'), z.uuid(), z.enum(revocationCauses)]);
const accountParts = z.tuple([
  z.literal('u'),
  z.uuid(),
  z.coerce.number<string>().int().min(1),
  z.enum(revocationCauses),
]);

/** The revocation of a text that encodeRevocation made; undefined for any other, such as one of a later release. */
export function decodeRevocation(text: string): Revocation | undefined {
  const parts = text.split(':');
  const session = sessionParts.safeParse(parts);
  if (session.success) return { kind: 'session', sessionId: session.data[1], cause: session.data[2] };
  const account = accountParts.safeParse(parts);
  if (!account.success) return undefined;
  const [, userId, tokenVersion, cause] = account.data;
  return { kind: 'account', userId, tokenVersion, cause };
}
