import { createHash, createPublicKey, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import { accessTokenClaims, type Jwks } from '@chatbot/service-kit';
import jwt from 'jsonwebtoken';
import type { AccessTokenSigner } from '../app/ports.ts';

export type SigningConfig = {
  /** An EC private key on P-256. */
  readonly signingKey: KeyObject;
  readonly accessTokenSeconds: number;
};

/** Signs access tokens: JWTs with ES256 and the type at+jwt (RFC 9068). `jwks` verifies them. */
export function createJwtAccessTokenSigner({ signingKey, accessTokenSeconds }: SigningConfig): AccessTokenSigner & {
  readonly jwks: Jwks;
} {
  const jwk = createPublicKey(signingKey).export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  const header = { alg: 'ES256', typ: accessTokenClaims.type, kid } as const;
  return {
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: 'ES256' }] },
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
      const token = jwt.sign(payload, signingKey, { algorithm: 'ES256', header });
      return { token, expiresInSeconds: accessTokenSeconds };
    },
  };
}

/** The JWK thumbprint of an EC key (RFC 7638, section 3.2): the required members in the order of their names. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
