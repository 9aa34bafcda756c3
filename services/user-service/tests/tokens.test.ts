import { createHash, createPublicKey } from 'node:crypto';
import { createAccessTokenVerifier, fetchJwks } from '@chatbot/service-kit';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import {
  callOptions,
  device,
  password,
  registerSomebody,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService({ ACCESS_TOKEN_SECONDS: '60' });
});
afterAll(() => service[Symbol.asyncDispose]());

const jwksUrl = () => `${service.metricsUrl}/.well-known/jwks.json`;

it('signs access tokens that verify with the key set of the metrics port', async () => {
  const { accessToken, expiresInSeconds, user } = await registerSomebody(service);
  const identity = await createAccessTokenVerifier(fetchJwks(jwksUrl())).verify(accessToken);
  expect(identity).toMatchObject({ userId: user.id, role: 'user' });
  expect(expiresInSeconds).toBe(60);
});

it('publishes the same key set by ListSigningKeys, with the public part alone and its thumbprint as the id', async () => {
  const { jwksJson } = await service.client.unary('ListSigningKeys', {}, callOptions());
  const jwks: unknown = JSON.parse(jwksJson);
  expect(await (await fetch(jwksUrl())).json()).toEqual(jwks);
  const { keys } = z.object({ keys: z.array(z.record(z.string(), z.string())) }).parse(jwks);
  const [key = {}] = keys;
  const { crv, kty, x, y } = key;
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  expect(keys).toEqual([{ kty: 'EC', crv: 'P-256', x, y, kid: thumbprint, use: 'sig', alg: 'ES256' }]);
});

it('gives a token its type, its claims and an id of its own', async () => {
  const { accessToken, refreshToken, user } = await registerSomebody(service);
  const { keys } = await fetchJwks(jwksUrl())();
  const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
  const read = (token: string) => jwt.verify(token, key, { complete: true, algorithms: ['ES256'] });
  const { header, payload } = read(accessToken);
  expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: keys[0]?.kid });
  expect(payload).toEqual({
    iss: 'chatbot/user-service',
    aud: 'chatbot',
    sub: user.id,
    sid: expect.any(String),
    role: 'user',
    ver: 1,
    iat: expect.any(Number),
    exp: expect.any(Number),
    jti: expect.any(String),
  });
  const { session } = await service.client.unary('RefreshSession', { refreshToken }, callOptions());
  const next = read(signedIn(session).accessToken).payload;
  expect(next).toMatchObject({ sub: user.id, sid: z.object({ sid: z.string() }).parse(payload).sid });
  expect(next).not.toMatchObject({ jti: z.object({ jti: z.string() }).parse(payload).jti });
});

it('stores neither passwords nor tokens in a readable form', async () => {
  const first = await registerSomebody(service);
  const { refreshToken } = first;
  const second = signedIn((await service.client.unary('RefreshSession', { refreshToken }, callOptions())).session);
  const database = new pg.Client({ connectionString: service.databaseUrl });
  await database.connect();
  const tables = await Promise.all(
    ['accounts', 'sessions', 'refresh_tokens'].map((table) => database.query(`SELECT t::text AS row FROM ${table} t`)),
  );
  await database.end();
  const content = tables.flatMap(({ rows }) => rows.map(({ row }) => String(row))).join('\n');
  expect(content).toContain(first.user.email);
  for (const secret of [password, first.refreshToken, second.refreshToken, first.accessToken]) {
    expect(content).not.toContain(secret);
    expect(content).not.toContain(Buffer.from(secret).toString('hex'));
    expect(content).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
  }
});

it('remembers from where a session was opened', async () => {
  const { user } = await registerSomebody(service);
  const from = { userAgent: 'Other\u0000Agent', ipAddress: '2001:db8::1' };
  await service.client.unary('Login', { email: user.email, password, device: from }, callOptions());
  const database = new pg.Client({ connectionString: service.databaseUrl });
  await database.connect();
  const { rows } = await database.query(
    'SELECT user_agent, ip_address FROM sessions WHERE account_id = $1 ORDER BY created_at',
    [user.id],
  );
  await database.end();
  expect(rows).toEqual([
    { user_agent: device.userAgent, ip_address: device.ipAddress },
    { user_agent: 'Other Agent', ip_address: '2001:db8::1' },
  ]);
});
