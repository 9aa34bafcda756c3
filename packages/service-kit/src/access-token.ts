import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import jwt from 'jsonwebtoken';
import { z } from 'zod';

/** Issuer and audience of access tokens; user-service signs with the same. */
export const accessTokenClaims = { issuer: 'chatbot/user-service', audience: 'chatbot', type: 'at+jwt' } as const;

/** Who makes a request, as the signed token says. */
export type Identity = {
  /** UUIDv7 of the account. */
  readonly userId: string;
  /** UUIDv7 of the session. */
  readonly sessionId: string;
  readonly role: 'user' | 'admin';
  readonly expiresAtMs: number;
};

export type Jwks = { readonly keys: readonly JsonWebKey[] };

export type AccessTokenVerifier = {
  /** Throws AppError TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID, or UNAVAILABLE when no keys can be had. */
  verify(token: string | undefined): Promise<Identity>;
};

const payloadSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  role: z.enum(['user', 'admin']),
  exp: z.number(),
});

/** An unknown `kid` asks for the keys again, but not more often than this: a stranger must not drive the traffic. */
const refetchIntervalMs = 5_000;
const clockToleranceSeconds = 5;

/** Verifies access tokens (ES256, `typ` at+jwt after RFC 9068) against a key set that is fetched when needed. */
export function createAccessTokenVerifier(loadKeys: () => Promise<Jwks>): AccessTokenVerifier {
  const keys = createKeyCache(loadKeys);
  return {
    async verify(token) {
      if (token === undefined || token === '') throw new AppError('TOKEN_MISSING');
      const kid = readKeyId(token);
      const key = kid === undefined ? undefined : await keys.get(kid);
      if (key === undefined) throw new AppError('TOKEN_INVALID');
      return identityOf(token, key);
    },
  };
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

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).max(20) });

function createKeyCache(loadKeys: () => Promise<Jwks>) {
  let known = new Map<string, KeyObject>();
  let loadedAtMs = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  async function load() {
    const { keys } = await loadKeys();
    // KeyObjects, because verifying with one is an order of magnitude faster than with a PEM.
    known = new Map(keys.map((jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })]));
    loadedAtMs = performance.now();
  }

  return {
    async get(kid: string): Promise<KeyObject | undefined> {
      if (!known.has(kid) && performance.now() - loadedAtMs > refetchIntervalMs) {
        loading ??= load().finally(() => {
          loading = undefined;
        });
        await loading.catch((cause: unknown) => {
          throw new AppError('UNAVAILABLE', { detail: 'Sign-in cannot be checked at the moment', cause });
        });
      }
      return known.get(kid);
    },
  };
}

function readKeyId(token: string): string | undefined {
  const header = token.length > 4_096 ? undefined : jwt.decode(token, { complete: true })?.header;
  return header?.typ === accessTokenClaims.type ? header.kid : undefined;
}

function identityOf(token: string, key: KeyObject): Identity {
  try {
    const payload = jwt.verify(token, key, {
      algorithms: ['ES256'],
      audience: accessTokenClaims.audience,
      issuer: accessTokenClaims.issuer,
      clockTolerance: clockToleranceSeconds,
    });
    const { sub, sid, role, exp } = payloadSchema.parse(payload);
    return { userId: sub, sessionId: sid, role, expiresAtMs: exp * 1000 };
  } catch (cause) {
    throw new AppError(cause instanceof jwt.TokenExpiredError ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', { cause });
  }
}
