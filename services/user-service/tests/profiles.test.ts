import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callOptions,
  device,
  newRegistration,
  password,
  registerSomebody,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService();
});
afterAll(() => service[Symbol.asyncDispose]());

async function register(displayName: string) {
  const registration = { ...newRegistration(), displayName };
  const { session } = await service.client.unary('Register', registration, callOptions());
  return { email: registration.email, userId: signedIn(session).user.id };
}

describe('FindUserByEmail', () => {
  it('finds an account by its address in any spelling, and shows its name alone', async () => {
    const { email, userId } = await register('Ada');
    const found = await service.client.unary('FindUserByEmail', { email: ` ${email.toUpperCase()} ` }, callOptions());
    expect(found).toEqual({ profile: { userId, displayName: 'Ada' } });
  });

  it('refuses an address without an account', async () => {
    const search = service.client.unary('FindUserByEmail', { email: `${randomUUID()}@example.com` }, callOptions());
    await expect(search).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
  });

  it('refuses an account that is marked for removal, until its owner is back', async () => {
    const { user, accessToken } = await registerSomebody(service);
    const search = () => service.client.unary('FindUserByEmail', { email: user.email }, callOptions());
    await service.client.unary('DeleteUser', { password }, callOptions(accessToken));
    await expect(search()).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
    await service.client.unary('Login', { email: user.email, password, device }, callOptions());
    await expect(search()).resolves.toMatchObject({ profile: { userId: user.id } });
  });
});

describe('ListProfiles', () => {
  it('returns those that exist and leaves the others out', async () => {
    const [ada, grace] = [await register('Ada'), await register('Grace')];
    const userIds = [ada.userId, randomUUID(), grace.userId];
    const { profiles } = await service.client.unary('ListProfiles', { userIds }, callOptions());
    expect(new Map(profiles.map(({ userId, displayName }) => [userId, displayName]))).toEqual(
      new Map([
        [ada.userId, 'Ada'],
        [grace.userId, 'Grace'],
      ]),
    );
    expect(JSON.stringify(profiles)).not.toContain(ada.email);
  });

  it('takes 200 ids and no more', async () => {
    const ask = (count: number) => {
      const userIds = Array.from({ length: count }, () => randomUUID());
      return service.client.unary('ListProfiles', { userIds }, callOptions());
    };
    expect((await ask(200)).profiles).toEqual([]);
    await expect(ask(201)).rejects.toMatchObject({ reason: 'VALIDATION_FAILED' });
  });
});
