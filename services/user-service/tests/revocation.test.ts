import { randomUUID } from 'node:crypto';
import { revocationKeys } from '@chatbot/service-kit';
import { waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callOptions, registerSomebody, signedIn, startTestUserService, type TestUserService } from './harness.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService();
});
afterAll(() => service[Symbol.asyncDispose]());

const logout = (refreshToken: string) => service.client.unary('Logout', { refreshToken }, callOptions());

async function getUser(accessToken: string) {
  return service.client.unary('GetUser', {}, callOptions(accessToken));
}

/** Resolves when the token is refused, within the promised five seconds; with the cause. */
function refused(accessToken: string): Promise<unknown> {
  return waitFor(
    () =>
      getUser(accessToken).then(
        () => undefined,
        (error) => (error.reason === 'TOKEN_REVOKED' ? error.metadata.cause : undefined),
      ),
    { description: 'the token is refused', timeoutMs: 5_000 },
  );
}

it('refuses the access token of a session that has ended, and no other', async () => {
  const [leaving, staying] = await Promise.all([registerSomebody(service), registerSomebody(service)]);
  await logout(leaving.refreshToken);
  expect(await refused(leaving.accessToken)).toBe('logout');
  await expect(getUser(staying.accessToken)).resolves.toBeDefined();
});

it('refuses the access tokens of a session whose refresh token was used twice', async () => {
  const { refreshToken } = await registerSomebody(service);
  const { session } = await service.client.unary('RefreshSession', { refreshToken }, callOptions());
  service.advance(11_000);
  await service.client.unary('RefreshSession', { refreshToken }, callOptions()).catch(() => {});
  expect(await refused(signedIn(session).accessToken)).toBe('refresh_token_reused');
});

it('publishes anew what Redis has lost', async () => {
  const { accessToken, refreshToken } = await registerSomebody(service);
  await logout(refreshToken);
  await refused(accessToken);
  await service.redis.stop();
  await service.redis.start();
  const client = new Redis(service.redis.url);
  await waitFor(async () => (await client.zcard(revocationKeys.set)) > 0, {
    description: 'the set is filled again',
    timeoutMs: 20_000,
  });
  const left = Number((await client.zrange(revocationKeys.set, 0, 0, 'WITHSCORES'))[1]) - Date.now();
  client.disconnect();
  // At least the life of an access token.
  expect(left).toBeGreaterThan(900_000);
});

it('signs in, refreshes and signs out while Redis is away, and catches up afterwards', async () => {
  await service.redis.stop();
  const { accessToken, refreshToken } = await registerSomebody(service);
  const { session } = await service.client.unary('RefreshSession', { refreshToken }, callOptions());
  await logout(signedIn(session).refreshToken);
  expect((await fetch(`${service.metricsUrl}/readyz`)).status).toBe(200);
  await service.redis.start();
  expect(await waitFor(() => refused(accessToken), { description: 'it is refused', timeoutMs: 20_000 })).toBe('logout');
});

it('ends nothing for a session that never was', async () => {
  expect(await logout(randomUUID())).toEqual({});
});
