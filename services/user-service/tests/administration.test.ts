import { randomUUID } from 'node:crypto';
import { waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callOptions,
  newRegistration,
  registerSomebody,
  type SignedIn,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

const setupToken = 'open sesame, open sesame';

let service: TestUserService;
let admin: SignedIn;
beforeAll(async () => {
  service = await startTestUserService({ SETUP_TOKEN: setupToken });
});
afterAll(() => service[Symbol.asyncDispose]());

const registerWith = (token: string, registration = newRegistration()) =>
  service.client.unary('Register', { ...registration, setupToken: token }, callOptions());

const setRole = (by: SignedIn, userId: string, role: string) =>
  service.client.unary('SetUserRole', { userId, role }, callOptions(by.accessToken));

async function refreshed({ refreshToken }: SignedIn): Promise<SignedIn> {
  return signedIn((await service.client.unary('RefreshSession', { refreshToken }, callOptions())).session);
}

/** Resolves when the token is refused because of the new role. */
function roleCounts({ accessToken }: SignedIn) {
  return waitFor(
    () =>
      service.client.unary('GetUser', {}, callOptions(accessToken)).then(
        () => false,
        ({ metadata }) => metadata.cause === 'role_changed',
      ),
    { description: 'tokens with the old role are refused' },
  );
}

describe('the setup token', () => {
  it('that is wrong makes nobody an administrator, and no account', async () => {
    const registration = newRegistration();
    await expect(registerWith('wrong', registration)).rejects.toMatchObject({ reason: 'SETUP_TOKEN_INVALID' });
    const { email, password } = registration;
    await expect(service.client.unary('Login', { email, password }, callOptions())).rejects.toMatchObject({
      reason: 'CREDENTIALS_INVALID',
    });
  });

  it('is not used up by a registration that fails, and not needed for a user', async () => {
    const user = await registerSomebody(service);
    expect(user.user.role).toBe('user');
    await expect(registerWith(setupToken, { ...newRegistration(), email: user.user.email })).rejects.toMatchObject({
      reason: 'EMAIL_TAKEN',
    });
  });

  it('makes one of 10 registrations at once the administrator, refuses the others, and is used up', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => registerWith(setupToken)));
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.session] : []));
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.reason] : []));
    expect(won).toHaveLength(1);
    expect(new Set(lost)).toEqual(new Set(['SETUP_TOKEN_INVALID']));
    admin = signedIn(won[0] ?? null);
    expect(admin.user.role).toBe('admin');
    await expect(registerWith(setupToken)).rejects.toMatchObject({ reason: 'SETUP_TOKEN_INVALID' });
  });
});

it('without a setup token configured nobody is made an administrator', async () => {
  await using plain = await startTestUserService();
  const registration = { ...newRegistration(), setupToken };
  await expect(plain.client.unary('Register', registration, callOptions())).rejects.toMatchObject({
    reason: 'SETUP_TOKEN_INVALID',
  });
});

describe('ListUsers', () => {
  it('pages through all accounts, the newest first, without a gap or a repeat', async () => {
    for (let count = 0; count < 5; count += 1) await registerSomebody(service);
    const seen: string[] = [];
    let cursor = '';
    do {
      const request = { limit: 2, cursor };
      const page = await service.client.unary('ListUsers', request, callOptions(admin.accessToken));
      seen.push(...page.users.map(({ user }) => user?.id ?? ''));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen.length).toBeGreaterThanOrEqual(7);
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed());
  });

  it('finds by a part of the address, taken literally', async () => {
    const { user } = await registerSomebody(service);
    const find = async (query: string) =>
      (await service.client.unary('ListUsers', { query }, callOptions(admin.accessToken))).users.map(
        (found) => found.user?.email,
      );
    expect(await find(user.email.slice(0, -4).toUpperCase())).toEqual([user.email]);
    expect(await find('%')).toEqual([]);
    expect(await find('_')).toEqual([]);
  });
});

describe('SetUserRole', () => {
  it('counts at once, in both directions: old tokens are refused and a refresh brings the new role', async () => {
    const somebody = await registerSomebody(service);
    await expect(setRole(somebody, admin.user.id, 'user')).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    const { user } = await setRole(admin, somebody.user.id, 'admin');
    expect(user).toMatchObject({ role: 'admin', version: 2 });
    await roleCounts(somebody);
    const promoted = await refreshed(somebody);
    expect(promoted.user.role).toBe('admin');
    await expect(service.client.unary('ListUsers', {}, callOptions(promoted.accessToken))).resolves.toBeDefined();
    await setRole(admin, somebody.user.id, 'user');
    // At once, whether or not the revocation has arrived.
    await expect(service.client.unary('ListUsers', {}, callOptions(promoted.accessToken))).rejects.toMatchObject({
      reason: expect.stringMatching(/PERMISSION_DENIED|TOKEN_REVOKED/),
    });
    await roleCounts(promoted);
    expect((await refreshed(promoted)).user.role).toBe('user');
  });

  it('of the role that somebody has changes nothing', async () => {
    const somebody = await registerSomebody(service);
    const { user } = await setRole(admin, somebody.user.id, 'user');
    expect(user?.version).toBe(1);
    await expect(service.client.unary('GetUser', {}, callOptions(somebody.accessToken))).resolves.toBeDefined();
  });

  it('leaves the last administrator, also when two demote each other at the same time', async () => {
    await expect(setRole(admin, admin.user.id, 'user')).rejects.toMatchObject({ reason: 'LAST_ADMIN' });
    const somebody = await registerSomebody(service);
    await setRole(admin, somebody.user.id, 'admin');
    await roleCounts(somebody);
    const second = await refreshed(somebody);
    const outcomes = await Promise.allSettled([
      setRole(admin, second.user.id, 'user'),
      setRole(second, admin.user.id, 'user'),
    ]);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.reason] : []));
    expect(refusals).toHaveLength(1);
    expect(['LAST_ADMIN', 'PERMISSION_DENIED', 'TOKEN_REVOKED']).toContain(refusals[0]);
    admin = await refreshed(outcomes[0]?.status === 'fulfilled' ? admin : second);
    expect(admin.user.role).toBe('admin');
  });

  it('of an account that never was answers as such', async () => {
    await expect(setRole(admin, randomUUID(), 'admin')).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
  });
});
