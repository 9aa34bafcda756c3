import { domainEventSchema } from '@chatbot/service-kit';
import { waitFor } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  callOptions,
  device,
  newRegistration,
  password,
  registerSomebody,
  type SignedIn,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

const graceMs = 14 * 86_400_000;
const setupToken = 'open sesame, open sesame';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService({ SETUP_TOKEN: setupToken });
});
afterAll(() => service[Symbol.asyncDispose]());

const remove = ({ accessToken }: SignedIn, secret = password) =>
  service.client.unary('DeleteUser', { password: secret }, callOptions(accessToken));

const signIn = (email: string) => service.client.unary('Login', { email, password, device }, callOptions());

/** The accounts whose removal was published. */
async function published(): Promise<string[]> {
  const client = new Redis(service.redis.url);
  const entries = await client.xrange('events:user', '-', '+');
  client.disconnect();
  return entries
    .map(([, [, event = '']]) => domainEventSchema.parse(JSON.parse(event)))
    .filter(({ type }) => type === 'user.account_deleted')
    .map(({ userId }) => userId);
}

async function rowCount(accountId: string): Promise<number> {
  const database = new pg.Client({ connectionString: service.databaseUrl });
  await database.connect();
  const { rows } = await database.query(
    `SELECT (SELECT count(*) FROM accounts WHERE id = $1) + (SELECT count(*) FROM sessions WHERE account_id = $1)
       + (SELECT count(*) FROM preferences WHERE account_id = $1) AS count`,
    [accountId],
  );
  await database.end();
  return Number(rows[0]?.count);
}

it('needs the password, and does nothing without it', async () => {
  const session = await registerSomebody(service);
  await expect(remove(session, 'a guess')).rejects.toMatchObject({
    reason: 'VALIDATION_FAILED',
    violations: [{ field: 'password' }],
  });
  const { session: again } = await signIn(session.user.email);
  expect(again?.restored).toBe(false);
});

it('ends every session and says when the account will be gone', async () => {
  const session = await registerSomebody(service);
  const { purgeAt } = await remove(session);
  const leftMs = (purgeAt?.seconds ?? 0) * 1_000 - Date.now();
  expect(Math.abs(leftMs - graceMs)).toBeLessThan(60_000);
  await waitFor(
    () =>
      service.client.unary('GetUser', {}, callOptions(session.accessToken)).then(
        () => false,
        ({ metadata }) => metadata.cause === 'account_deleted',
      ),
    { description: 'the access token is refused' },
  );
  const { refreshToken } = session;
  await expect(service.client.unary('RefreshSession', { refreshToken }, callOptions())).rejects.toMatchObject({
    reason: 'REFRESH_TOKEN_INVALID',
  });
});

it('is taken back by signing in during the grace period, which says so', async () => {
  const { accessToken, ...rest } = await registerSomebody(service);
  await remove({ accessToken, ...rest });
  await expect(
    service.client.unary('Login', { email: rest.user.email, password: 'a guess', device }, callOptions()),
  ).rejects.toMatchObject({ reason: 'CREDENTIALS_INVALID' });
  const { session } = await signIn(rest.user.email);
  expect(session?.restored).toBe(true);
  expect(signedIn(session).user.id).toBe(rest.user.id);
  await expect(service.client.unary('GetUser', {}, callOptions(session?.accessToken))).resolves.toBeDefined();
  expect((await signIn(rest.user.email)).session?.restored).toBe(false);
});

it('leaves the last administrator', async () => {
  const registration = { ...newRegistration(), setupToken };
  const { session } = await service.client.unary('Register', registration, callOptions());
  await expect(remove(signedIn(session))).rejects.toMatchObject({ reason: 'LAST_ADMIN' });
});

it('removes all that belongs to the account after the grace period, tells the other services, and frees the address', async () => {
  const [leaving, staying] = await Promise.all([registerSomebody(service), registerSomebody(service)]);
  const preferences = { theme: 'dark', version: 0 };
  await service.client.unary('UpdatePreferences', { preferences }, callOptions(leaving.accessToken));
  await remove(leaving);
  service.advance(graceMs + 1_000);
  await waitFor(async () => (await rowCount(leaving.user.id)) === 0, {
    description: 'the account is gone',
    timeoutMs: 30_000,
  });
  expect(await published()).toContain(leaving.user.id);
  expect(await published()).not.toContain(staying.user.id);
  expect(await rowCount(staying.user.id)).toBe(2);
  await expect(signIn(leaving.user.email)).rejects.toMatchObject({ reason: 'CREDENTIALS_INVALID' });
  const registration = { ...newRegistration(), email: leaving.user.email };
  await expect(service.client.unary('Register', registration, callOptions())).resolves.toBeDefined();
});

it('keeps an account whose removal cannot be told, without letting it back, and removes it later', async () => {
  const leaving = await registerSomebody(service);
  await remove(leaving);
  await service.redis.stop();
  service.advance(graceMs + 1_000);
  await expect(signIn(leaving.user.email)).rejects.toMatchObject({ reason: 'CREDENTIALS_INVALID' });
  await waitFor(() => service.logs().includes('"job":"remove accounts"'), {
    description: 'a removal has failed',
    timeoutMs: 20_000,
  });
  expect(await rowCount(leaving.user.id)).toBe(2);
  await service.redis.start();
  await waitFor(async () => (await rowCount(leaving.user.id)) === 0, {
    description: 'the account is gone',
    timeoutMs: 20_000,
  });
  expect(await published()).toContain(leaving.user.id);
}, 60_000);
