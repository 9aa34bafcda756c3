import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  callOptions,
  device,
  registerSomebody,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

const graceMs = 10_000;
const dayMs = 86_400_000;

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService();
});
afterAll(() => service[Symbol.asyncDispose]());

async function refresh(refreshToken: string) {
  const { session } = await service.client.unary('RefreshSession', { refreshToken, device }, callOptions());
  return signedIn(session);
}

const refused = { reason: 'REFRESH_TOKEN_INVALID' };

it('gives a new token with each refresh and keeps the session', async () => {
  const first = await registerSomebody(service);
  const second = await refresh(first.refreshToken);
  const third = await refresh(second.refreshToken);
  expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
  expect(third.user).toEqual(first.user);
  expect(sessionIdOf(third.accessToken)).toBe(sessionIdOf(first.accessToken));
  expect(third.expiresInSeconds).toBe(900);
  const fullSeconds = (30 * dayMs) / 1000;
  expect(third.refreshExpiresInSeconds).toBeGreaterThan(fullSeconds - 60);
  expect(third.refreshExpiresInSeconds).toBeLessThanOrEqual(fullSeconds);
});

it('gives 20 tabs that refresh with the same token at once the same successor', async () => {
  const { refreshToken } = await registerSomebody(service);
  const sessions = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
  const successors = new Set(sessions.map((session) => session.refreshToken));
  expect(successors.size).toBe(1);
  await expect(refresh([...successors][0] ?? '')).resolves.toBeDefined();
});

it('gives the same successor again within the grace period', async () => {
  const { refreshToken } = await registerSomebody(service);
  const first = await refresh(refreshToken);
  // The service's clock goes on meanwhile.
  service.advance(graceMs / 2);
  const again = await refresh(refreshToken);
  expect(again.refreshToken).toBe(first.refreshToken);
});

it('ends the whole session when a token is used again after the grace period', async () => {
  const { refreshToken } = await registerSomebody(service);
  const second = await refresh(refreshToken);
  const third = await refresh(second.refreshToken);
  service.advance(graceMs + 1_000);
  await expect(refresh(refreshToken)).rejects.toMatchObject(refused);
  await expect(refresh(third.refreshToken)).rejects.toMatchObject(refused);
});

it('leaves the other sessions of the account alone when one ends', async () => {
  const first = await registerSomebody(service);
  const login = { email: first.user.email, password: 'a fine long password', device };
  const other = signedIn((await service.client.unary('Login', login, callOptions())).session);
  await refresh(first.refreshToken);
  service.advance(graceMs + 1_000);
  await expect(refresh(first.refreshToken)).rejects.toMatchObject(refused);
  await expect(refresh(other.refreshToken)).resolves.toBeDefined();
});

it('lets a session live as long as it is used, and no longer', async () => {
  const first = await registerSomebody(service);
  service.advance(29 * dayMs);
  const second = await refresh(first.refreshToken);
  service.advance(29 * dayMs);
  const third = await refresh(second.refreshToken);
  service.advance(31 * dayMs);
  await expect(refresh(third.refreshToken)).rejects.toMatchObject(refused);
});

it.each([0, 1])('ends the session on Logout with its latest token or an older one (%i)', async (index) => {
  const first = await registerSomebody(service);
  const second = await refresh(first.refreshToken);
  const refreshToken = [first, second][index]?.refreshToken ?? '';
  await service.client.unary('Logout', { refreshToken }, callOptions());
  await expect(refresh(second.refreshToken)).rejects.toMatchObject(refused);
  await expect(refresh(first.refreshToken)).rejects.toMatchObject(refused);
});

it('answers Logout twice, and for a token that never was, with success', async () => {
  const { refreshToken } = await registerSomebody(service);
  for (const token of [refreshToken, refreshToken, 'unknown']) {
    expect(await service.client.unary('Logout', { refreshToken: token }, callOptions())).toEqual({});
  }
});

it('lets Logout win over refreshes that run at the same time', async () => {
  const { refreshToken } = await registerSomebody(service);
  const second = await refresh(refreshToken);
  const [outcome] = await Promise.allSettled([
    refresh(second.refreshToken),
    service.client.unary('Logout', { refreshToken }, callOptions()),
  ]);
  const latest = outcome.status === 'fulfilled' ? outcome.value.refreshToken : second.refreshToken;
  await expect(refresh(latest)).rejects.toMatchObject(refused);
});

it('refuses a token that it did not issue', async () => {
  await expect(refresh('A'.repeat(43))).rejects.toMatchObject(refused);
});

function sessionIdOf(accessToken: string): unknown {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid;
}
