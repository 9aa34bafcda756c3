import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { accessTokenClaims, type Jwks } from '@chatbot/service-kit';
import jwt from 'jsonwebtoken';

/** Who the token is for, and what is wrong with it: without options it is a good token of a new user. */
export type SignOptions = {
  userId?: string;
  sessionId?: string;
  role?: 'user' | 'admin';
  /** Default 900; a negative one gives an expired token. */
  expiresInSeconds?: number;
  issuer?: string;
  audience?: string;
  /** The `typ` header. */
  type?: string;
  /** The `kid` header. */
  keyId?: string;
  /** `foreign` signs with a key outside the key set, under the right `kid`. */
  key?: 'published' | 'foreign';
  /** `HS256` uses the public key as the secret, the classic confusion. */
  algorithm?: 'ES256' | 'HS256' | 'none';
};

export type TestTokens = AsyncDisposable & {
  /** Where the key set is served. */
  readonly jwksUrl: string;
  /** The same key set, for createAccessTokenVerifier. */
  loadKeys(): Promise<Jwks>;
  /** A signed access token (JWT). */
  sign(options?: SignOptions): string;
};

/** An issuer of access tokens for tests of services that only verify them. */
export async function createTestTokens(): Promise<TestTokens> {
  const published = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = published.publicKey.export({ format: 'jwk' });
  const kid = thumbprint(jwk);
  const jwks: Jwks = { keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return {
    jwksUrl: `http://127.0.0.1:${address.port}/.well-known/jwks.json`,
    loadKeys: async () => jwks,
    sign(options = {}) {
      const keys = options.key === 'foreign' ? foreign : published;
      return signToken({ keyId: kid, ...options }, keys);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function signToken(options: SignOptions & { keyId: string }, keys: { privateKey: KeyObject; publicKey: KeyObject }) {
  const algorithm = options.algorithm ?? 'ES256';
  const nowSeconds = Math.floor(Date.now() / 1000);
  const payload = {
    sub: options.userId ?? randomUUID(),
    sid: options.sessionId ?? randomUUID(),
    role: options.role ?? 'user',
    iss: options.issuer ?? accessTokenClaims.issuer,
    aud: options.audience ?? accessTokenClaims.audience,
    iat: nowSeconds,
    exp: nowSeconds + (options.expiresInSeconds ?? 900),
    jti: randomUUID(),
  };
  const header = { alg: algorithm, kid: options.keyId, typ: options.type ?? accessTokenClaims.type };
  return jwt.sign(payload, secretOf(algorithm, keys), { algorithm, header });
}

function secretOf(algorithm: 'ES256' | 'HS256' | 'none', keys: { privateKey: KeyObject; publicKey: KeyObject }) {
  switch (algorithm) {
    case 'ES256':
      return keys.privateKey;
    case 'HS256':
      return keys.publicKey.export({ type: 'spki', format: 'pem' });
    case 'none':
      return '';
  }
}

/** The JWK thumbprint of an EC key (RFC 7638, section 3.2). */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
