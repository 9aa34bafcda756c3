import { createHmac, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import fc from 'fast-check';
import jwt, { type Algorithm } from 'jsonwebtoken';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accessTokenClaims, bearerToken, createAccessTokenVerifier, type Jwks } from './access-token.ts';

const userId = 'b7e0f9a4-6f0e-4e57-9a80-0f6a0d1f3c11';
const sessionId = '0f2f1f0c-93d1-4c39-8b1b-1d2c7a3d9e55';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

type Changes = { header?: object; claims?: object; algorithm?: Algorithm; key?: jwt.Secret | jwt.PrivateKey };

function createIssuer(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk: JsonWebKey = { ...publicKey.export({ format: 'jwk' }), kid };
  function sign({ header = {}, claims = {}, algorithm = 'ES256', key = privateKey }: Changes = {}) {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const payload = {
      sub: userId,
      sid: sessionId,
      role: 'user',
      iss: accessTokenClaims.issuer,
      aud: accessTokenClaims.audience,
      iat: nowSeconds,
      exp: nowSeconds + 900,
      ...claims,
    };
    // jsonwebtoken does not sign a claim that is undefined; JSON leaves it out.
    return jwt.sign(JSON.parse(JSON.stringify(payload)), key, {
      algorithm,
      header: { alg: algorithm, typ: accessTokenClaims.type, kid, ...header },
    });
  }
  return { jwk, sign, publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** A verifier over a key set that a test may change, and how often it was loaded. */
function createSource(keys: readonly JsonWebKey[]) {
  const source = { keys, loads: 0, down: false };
  const loadKeys = async (): Promise<Jwks> => {
    source.loads++;
    if (source.down) throw new Error('connection refused');
    return { keys: source.keys };
  };
  return { source, verifier: createAccessTokenVerifier(loadKeys) };
}

const issuer = createIssuer('key-1');
const foreign = createIssuer('key-1');
const anHourAgo = Math.floor(Date.now() / 1000) - 3_600;
const base64 = (text: string) => Buffer.from(text).toString('base64url');
const [goodHeader = '', goodPayload = '', goodSignature = ''] = issuer.sign().split('.');
const forgedPayload = base64(JSON.stringify({ sub: userId, sid: sessionId, role: 'admin' }));

describe('an access token', () => {
  it('that is good says who makes the request and until when', async () => {
    const { verifier } = createSource([issuer.jwk]);
    const exp = Math.floor(Date.now() / 1000) + 60;
    expect(await verifier.verify(issuer.sign({ claims: { role: 'admin', exp } }))).toEqual({
      userId,
      sessionId,
      role: 'admin',
      tokenVersion: 0,
      expiresAtMs: exp * 1000,
    });
  });

  it.each([
    ['no token', undefined, 'TOKEN_MISSING'],
    ['an empty token', '', 'TOKEN_MISSING'],
    ['an expired one', issuer.sign({ claims: { iat: anHourAgo, exp: anHourAgo + 60 } }), 'TOKEN_EXPIRED'],
    ['no signature (alg none)', issuer.sign({ algorithm: 'none', key: '' }), 'TOKEN_INVALID'],
    [
      'the public key as an HMAC secret',
      hmacSigned({ alg: 'HS256', typ: accessTokenClaims.type, kid: 'key-1' }),
      'TOKEN_INVALID',
    ],
    ['HMAC under a header that says ES256', hmacSigned(JSON.parse(atob(goodHeader))), 'TOKEN_INVALID'],
    ['another key under the same kid', foreign.sign(), 'TOKEN_INVALID'],
    ['another key in the header (jwk)', foreign.sign({ header: { jwk: foreign.jwk } }), 'TOKEN_INVALID'],
    ['another key set in the header (jku)', foreign.sign({ header: { jku: 'http://127.0.0.1:1/' } }), 'TOKEN_INVALID'],
    ['a changed payload', `${goodHeader}.${forgedPayload}.${goodSignature}`, 'TOKEN_INVALID'],
    ['a cut signature', `${goodHeader}.${goodPayload}.${goodSignature.slice(2)}`, 'TOKEN_INVALID'],
    ['another audience', issuer.sign({ claims: { aud: 'elsewhere' } }), 'TOKEN_INVALID'],
    ['another issuer', issuer.sign({ claims: { iss: 'elsewhere' } }), 'TOKEN_INVALID'],
    ['another type', issuer.sign({ header: { typ: 'JWT' } }), 'TOKEN_INVALID'],
    ['not yet valid', issuer.sign({ claims: { nbf: anHourAgo + 7_200 } }), 'TOKEN_INVALID'],
    ['no expiry', issuer.sign({ claims: { exp: undefined } }), 'TOKEN_INVALID'],
    ['no session', issuer.sign({ claims: { sid: undefined } }), 'TOKEN_INVALID'],
    ['an unknown role', issuer.sign({ claims: { role: 'root' } }), 'TOKEN_INVALID'],
    ['a subject that is no id', issuer.sign({ claims: { sub: '../admin' } }), 'TOKEN_INVALID'],
    ['no kid', issuer.sign({ header: { kid: undefined } }), 'TOKEN_INVALID'],
    ['a path as kid', issuer.sign({ header: { kid: '../../dev/null' } }), 'TOKEN_INVALID'],
    ['a property of every object as kid', issuer.sign({ header: { kid: '__proto__' } }), 'TOKEN_INVALID'],
    ['a kid that is no text', withHeader({ kid: { $ne: '' } }), 'TOKEN_INVALID'],
    ['a header that is no object', `${base64('5')}.${goodPayload}.${goodSignature}`, 'TOKEN_INVALID'],
    ['a payload that is no JSON', `${goodHeader}.${base64('junk')}.${goodSignature}`, 'TOKEN_INVALID'],
    ['junk of type JWT', `${base64('{"typ":"JWT","alg":"ES256"}')}.${base64('junk')}.aaaa`, 'TOKEN_INVALID'],
    ['junk', 'junk', 'TOKEN_INVALID'],
    ['dots', '..', 'TOKEN_INVALID'],
    ['a huge token', issuer.sign({ claims: { filler: 'x'.repeat(100_000) } }), 'TOKEN_INVALID'],
  ])('is refused: %s', async (_attack, token, reason) => {
    const { verifier } = createSource([issuer.jwk]);
    await verifier.verify(issuer.sign());
    await expect(verifier.verify(token)).rejects.toMatchObject({ name: 'AppError', reason });
  });
});

describe('a token that was revoked', () => {
  const revoked = new Set<number>();
  const revocations = {
    causeOf: ({ tokenVersion }: { tokenVersion: number }) =>
      (revoked.has(tokenVersion) ? 'role_changed' : undefined) as 'role_changed' | undefined,
  };
  const verifier = createAccessTokenVerifier(async () => ({ keys: [issuer.jwk] }), { revocations });

  it('is refused with the cause, also when it was good a moment ago', async () => {
    const token = issuer.sign({ claims: { ver: 7 } });
    const identity = await verifier.verify(token);
    expect(identity.tokenVersion).toBe(7);
    expect(() => verifier.recheck(identity)).not.toThrow();
    revoked.add(7);
    const refusal = { reason: 'TOKEN_REVOKED', metadata: { cause: 'role_changed' } };
    await expect(verifier.verify(token)).rejects.toMatchObject(refusal);
    expect(() => verifier.recheck(identity)).toThrow(expect.objectContaining(refusal));
    await expect(verifier.verify(issuer.sign({ claims: { ver: 8 } }))).resolves.toMatchObject({ tokenVersion: 8 });
  });

  it.each([-1, 1.5, '1', null])('does not get away with the version %j', async (ver) => {
    await expect(verifier.verify(issuer.sign({ claims: { ver } }))).rejects.toMatchObject({ reason: 'TOKEN_INVALID' });
  });

  it('is told from one that has expired since', async () => {
    const identity = { ...(await verifier.verify(issuer.sign())), expiresAtMs: Date.now() - 1 };
    expect(() => verifier.recheck(identity)).toThrow(expect.objectContaining({ reason: 'TOKEN_EXPIRED' }));
  });
});

describe('the key set', () => {
  it('is loaded once for many tokens at once', async () => {
    const { source, verifier } = createSource([issuer.jwk]);
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(issuer.sign())));
    expect(source.loads).toBe(1);
  });

  it('is loaded again for an unknown kid, at most every five seconds', async () => {
    const { source, verifier } = createSource([issuer.jwk]);
    await verifier.verify(issuer.sign());
    for (let count = 0; count < 20; count++) {
      await expect(verifier.verify(issuer.sign({ header: { kid: `made-up-${count}` } }))).rejects.toThrow();
    }
    expect(source.loads).toBe(1);
    vi.advanceTimersByTime(5_001);
    await expect(verifier.verify(issuer.sign({ header: { kid: 'made-up' } }))).rejects.toThrow();
    expect(source.loads).toBe(2);
  });

  it('may rotate: a token of a new key is good after the interval, one of the old key until it is withdrawn', async () => {
    const { source, verifier } = createSource([issuer.jwk]);
    await verifier.verify(issuer.sign());
    const next = createIssuer('key-2');
    source.keys = [issuer.jwk, next.jwk];
    vi.advanceTimersByTime(5_001);
    expect(await verifier.verify(next.sign())).toMatchObject({ userId });
    expect(await verifier.verify(issuer.sign())).toMatchObject({ userId });
  });

  it('forgets a key that was withdrawn', async () => {
    const { source, verifier } = createSource([issuer.jwk]);
    await verifier.verify(issuer.sign());
    source.keys = [createIssuer('key-2').jwk];
    vi.advanceTimersByTime(10 * 60_000 + 1);
    await verifier.verify(issuer.sign());
    await vi.waitFor(() => expect(verifier.verify(issuer.sign())).rejects.toMatchObject({ reason: 'TOKEN_INVALID' }));
  });

  it('that cannot be had gives UNAVAILABLE, is asked for at most twice a second, and heals', async () => {
    const { source, verifier } = createSource([issuer.jwk]);
    source.down = true;
    for (let count = 0; count < 20; count++) {
      await expect(verifier.verify(issuer.sign())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    }
    expect(source.loads).toBe(1);
    source.down = false;
    vi.advanceTimersByTime(501);
    expect(await verifier.verify(issuer.sign())).toMatchObject({ userId });
  });

  it('that cannot be had any more leaves the keys that are known in use', async () => {
    const { source, verifier } = createSource([issuer.jwk]);
    await verifier.verify(issuer.sign());
    source.down = true;
    vi.advanceTimersByTime(60 * 60_000);
    expect(await verifier.verify(issuer.sign())).toMatchObject({ userId });
    expect(await verifier.verify(issuer.sign())).toMatchObject({ userId });
  });
});

describe('bearerToken', () => {
  it.each([
    ['Bearer a.b-c_d', 'a.b-c_d'],
    ['bearer a', 'a'],
    ['Basic a', undefined],
    ['Bearer', undefined],
    ['Bearer  a', undefined],
    ['Bearer a b', undefined],
    ['Bearer a\n', undefined],
    [undefined, undefined],
  ])('finds in %j the token %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });
});

/** Signed with the public key as the secret, which jsonwebtoken itself refuses to do. */
function hmacSigned(header: object): string {
  const input = `${base64(JSON.stringify(header))}.${goodPayload}`;
  const signature = createHmac('sha256', issuer.publicPem).update(input).digest('base64url');
  return `${input}.${signature}`;
}

function withHeader(changes: object): string {
  return `${base64(JSON.stringify({ ...JSON.parse(atob(goodHeader)), ...changes }))}.${goodPayload}.${goodSignature}`;
}

it('anything else than a token of ours is refused as one, with no other error', async () => {
  const { verifier } = createSource([issuer.jwk]);
  const text = fc.string({ unit: 'binary' });
  const encoded = fc.oneof(text, text.map(base64), fc.json().map(base64));
  const header = fc.oneof(fc.constant(goodHeader), encoded);
  const payload = fc.oneof(fc.constant(goodPayload), encoded);
  const parts = fc.tuple(header, payload, encoded).map((three) => three.join('.'));
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, parts), async (token) => {
      const thrown = await verifier.verify(token).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(AppError);
      expect(['TOKEN_MISSING', 'TOKEN_INVALID']).toContain((thrown as AppError).reason);
    }),
  );
});
