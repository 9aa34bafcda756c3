import { createHash, createPublicKey, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import { accessTokenClaims, type Jwks } from '@chatbot/service-kit';
import jwt from 'jsonwebtoken';
import type { AccessTokenSigner } from '../app/ports.ts';
import { chooseSigningKey } from '../domain/signing-keys.ts';
import type { SigningKeyFile } from '../signing-key-files.ts';

export type SigningConfig = {
  readonly accessTokenSeconds: number;
  /** The keys as they are now, at least one. Throws when they cannot be read. */
  readonly readKeys: () => readonly SigningKeyFile[];
};

export type JwtAccessTokenSigner = AccessTokenSigner & {
  /** The public part of every key, the next and the retired ones too. */
  jwks(): Jwks;
  /** When the newest key was made that tells it by its name, in milliseconds since the epoch; undefined when none does. */
  newestKeyAtMs(): number | undefined;
  /** Takes the keys as they are now. Throws, and goes on with those of before, when they cannot be read. */
  reload(): void;
};

type SigningKey = {
  readonly key: KeyObject;
  readonly createdAtMs: number;
  readonly jwk: JsonWebKey;
  readonly kid: string;
};

/** Signs access tokens: JWTs with ES256 and the type at+jwt (RFC 9068). `jwks` verifies them. */
export function createJwtAccessTokenSigner({ accessTokenSeconds, readKeys }: SigningConfig): JwtAccessTokenSigner {
  let keys = readKeys().map(toSigningKey);
  return {
    jwks: () => ({ keys: keys.map(({ jwk, kid }) => ({ ...jwk, kid, use: 'sig', alg: 'ES256' })) }),
    newestKeyAtMs: () => Math.max(...keys.map(({ createdAtMs }) => createdAtMs)) || undefined,
    reload() {
      keys = readKeys().map(toSigningKey);
    },
    sign({ userId, sessionId, role, tokenVersion, at }) {
      const iat = Math.floor(at.getTime() / 1000);
      const payload = {
        iss: accessTokenClaims.issuer,
        aud: accessTokenClaims.audience,
        sub: userId,
        sid: sessionId,
        role,
        ver: tokenVersion,
        iat,
        exp: iat + accessTokenSeconds,
        jti: randomUUID(),
      };
      const { key, kid } = chooseSigningKey(keys, at.getTime());
      const header = { alg: 'ES256', typ: accessTokenClaims.type, kid } as const;
      const token = jwt.sign(payload, key, { algorithm: 'ES256', header });
      return { token, expiresInSeconds: accessTokenSeconds };
    },
  };
}

function toSigningKey({ key, createdAtMs }: SigningKeyFile): SigningKey {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return { key, createdAtMs, jwk, kid: thumbprint(jwk) };
}

/** The JWK thumbprint of an EC key (RFC 7638, section 3.2): the required members in the order of their names. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
