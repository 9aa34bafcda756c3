import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { RevocationList } from './revocations.ts';

/** Issuer and audience of access tokens; user-service signs with the same. */
export const accessTokenClaims = { issuer: 'chatbot/user-service', audience: 'chatbot', type: 'at+jwt' } as const;

/** Who makes a request, as the signed token says. */
export type Identity = {
  /** UUIDv7 of the account. */
  readonly userId: string;
  /** UUIDv7 of the session. */
  readonly sessionId: string;
  readonly role: 'user' | 'admin';
  /** Counts what made all earlier tokens of the account invalid; 0 for a token that does not say. */
  readonly tokenVersion: number;
  readonly expiresAtMs: number;
};

export type Jwks = { readonly keys: readonly JsonWebKey[] };

export type AccessTokenVerifier = {
  /** Throws AppError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_REVOKED, or UNAVAILABLE when no keys can be had. */
  verify(token: string | undefined): Promise<Identity>;
  /** Whether an identity that was verified before still counts, for connections that live long. Throws AppError TOKEN_EXPIRED, TOKEN_REVOKED. */
  recheck(identity: Identity): void;
};

const payloadSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  role: z.enum(['user', 'admin']),
  ver: z.int().min(0).default(0),
  exp: z.number(),
});

/** An unknown `kid` asks for the keys again, but not more often than this: a stranger must not drive the traffic. */
const refetchIntervalMs = 5_000;
/** After a failure the keys are asked for sooner: nobody can sign in until they are there. */
const retryIntervalMs = 500;
/** A key that was withdrawn is forgotten after this long. */
const keysAgeMaxMs = 10 * 60_000;
const tokenLengthMax = 4_096;
const clockToleranceSeconds = 5;
/** Tokens whose signature is remembered; each takes about 1 kB. */
const verifiedCountMax = 5_000;

/**
 * Verifies access tokens (ES256, `typ` at+jwt after RFC 9068) against a key set that is fetched when needed, and against the list of those
 * that were revoked before their time; a service without one believes a token until it expires.
 */
export function createAccessTokenVerifier(
  loadKeys: () => Promise<Jwks>,
  { revocations }: { revocations?: RevocationList } = {},
): AccessTokenVerifier {
  const keys = createKeyCache(loadKeys);
  const verified = new Map<string, { identity: Identity; key: KeyObject }>();
  return {
    async verify(token) {
      if (token === undefined || token === '') throw new AppError('TOKEN_MISSING');
      const kid = readKeyId(token);
      const key = kid === undefined ? undefined : await keys.get(kid);
      if (key === undefined) throw new AppError('TOKEN_INVALID');
      const known = verified.get(token);
      if (known?.key === key && Date.now() < known.identity.expiresAtMs) return unrevoked(known.identity);
      const identity = unrevoked(identityOf(token, key));
      // A token comes with every call; its signature is checked once a key. The oldest make room.
      if (verified.size >= verifiedCountMax) verified.delete(String(verified.keys().next().value));
      verified.set(token, { identity, key });
      return identity;
    },
    recheck(identity) {
      if (Date.now() >= identity.expiresAtMs) throw new AppError('TOKEN_EXPIRED');
      unrevoked(identity);
    },
  };

  function unrevoked(identity: Identity): Identity {
    const cause = revocations?.causeOf(identity);
    if (cause !== undefined) throw new AppError('TOKEN_REVOKED', { metadata: { cause } });
    return identity;
  }
}

/** Loads a key set over HTTP, for createAccessTokenVerifier. */
export function fetchJwks(url: string): () => Promise<Jwks> {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    if (!response.ok) throw new Error(`JWKS answered ${response.status}`);
    return jwksSchema.parse(await response.json());
  };
}

/** The token of an Authorization header, if it holds one. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer ([\w.~+/=-]+)$/i.exec(header)?.[1];
}

/** A key set as it comes over the wire. */
export const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).max(20) });

function createKeyCache(loadKeys: () => Promise<Jwks>) {
  let known = new Map<string, KeyObject>();
  let loadedAtMs = Number.NEGATIVE_INFINITY;
  let loadableAtMs = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  let failure: unknown;

  async function load() {
    try {
      const { keys } = await loadKeys();
      // KeyObjects, because verifying with one is an order of magnitude faster than with a PEM.
      known = new Map(keys.map((jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })]));
      loadedAtMs = performance.now();
      loadableAtMs = loadedAtMs + refetchIntervalMs;
      failure = undefined;
    } catch (error) {
      loadableAtMs = performance.now() + retryIntervalMs;
      failure = error;
    } finally {
      loading = undefined;
    }
  }

  /** Resolves when the keys are as new as they may be; at most one load at a time. */
  async function refresh() {
    if (performance.now() >= loadableAtMs) loading ??= load();
    await loading;
  }

  return {
    async get(kid: string): Promise<KeyObject | undefined> {
      const key = known.get(kid);
      if (key === undefined) {
        await refresh();
        if (failure !== undefined && !known.has(kid)) {
          throw new AppError('UNAVAILABLE', { detail: 'Sign-in cannot be checked at the moment', cause: failure });
        }
        return known.get(kid);
      }
      // In the background: as long as no newer set can be had, the old one is the best there is.
      if (performance.now() - loadedAtMs > keysAgeMaxMs) void refresh();
      return key;
    },
  };
}

const headerSchema = z.object({
  typ: z.literal(accessTokenClaims.type),
  alg: z.literal('ES256'),
  kid: z.string().min(1).max(128),
});

/** The `kid` of a token whose header is one of ours. jwt.decode is no help here: it throws on a payload that is not JSON. */
function readKeyId(token: string): string | undefined {
  if (token.length > tokenLengthMax) return undefined;
  try {
    const [header = ''] = token.split('.', 1);
    return headerSchema.parse(JSON.parse(Buffer.from(header, 'base64url').toString())).kid;
  } catch {
    return undefined;
  }
}

function identityOf(token: string, key: KeyObject): Identity {
  try {
    const payload = jwt.verify(token, key, {
      algorithms: ['ES256'],
      audience: accessTokenClaims.audience,
      issuer: accessTokenClaims.issuer,
      clockTolerance: clockToleranceSeconds,
    });
    const { sub, sid, role, ver, exp } = payloadSchema.parse(payload);
    return { userId: sub, sessionId: sid, role, tokenVersion: ver, expiresAtMs: exp * 1000 };
  } catch (cause) {
    throw new AppError(cause instanceof jwt.TokenExpiredError ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', { cause });
  }
}
