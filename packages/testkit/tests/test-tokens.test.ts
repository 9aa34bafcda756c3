import { createAccessTokenVerifier, fetchJwks } from '@chatbot/service-kit';
import { expect, it } from 'vitest';
import { createTestTokens, type SignOptions } from '../src/index.ts';

const userId = '01890a5d-ac96-774b-bcce-b302099a8057';

it('signs tokens that the verifier of the services accepts, over the served key set', async () => {
  await using tokens = await createTestTokens();
  const verifier = createAccessTokenVerifier(fetchJwks(tokens.jwksUrl));
  const token = tokens.sign({ userId, role: 'admin' });
  expect(await verifier.verify(token)).toMatchObject({ userId, role: 'admin' });
});

it.each<[string, SignOptions]>([
  ['an expired token', { expiresInSeconds: -60 }],
  ['another issuer', { issuer: 'somebody' }],
  ['another audience', { audience: 'somebody' }],
  ['another type', { type: 'JWT' }],
  ['another key', { key: 'foreign' }],
  ['an unknown key id', { keyId: 'unknown' }],
  ['no signature', { algorithm: 'none' }],
  ['the public key as a shared secret', { algorithm: 'HS256' }],
])('signs tokens that the verifier refuses: %s', async (_name, options) => {
  await using tokens = await createTestTokens();
  const verifier = createAccessTokenVerifier(tokens.loadKeys);
  await expect(verifier.verify(tokens.sign(options))).rejects.toMatchObject({
    reason: options.expiresInSeconds === undefined ? 'TOKEN_INVALID' : 'TOKEN_EXPIRED',
  });
});
