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

describe('Register', () => {
  it('creates an account with the part before the @ as its name', async () => {
    const { session } = await service.client.unary(
      'Register',
      { email: '  Ada.Lovelace@Example.ORG ', password, device },
      callOptions(),
    );
    expect(signedIn(session).user).toMatchObject({
      email: 'ada.lovelace@example.org',
      displayName: 'ada.lovelace',
      role: 'user',
      version: 1,
    });
  });

  it('keeps the name that was given, and needs no device', async () => {
    const registration = { ...newRegistration(), displayName: '  Grace Hopper 🚢 ', device: null };
    const { session } = await service.client.unary('Register', registration, callOptions());
    expect(signedIn(session).user.displayName).toBe('Grace Hopper 🚢');
  });

  it('gives one of 20 concurrent registrations of an address the account, and tells the others that it is taken', async () => {
    const { email } = newRegistration();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => {
        const spelling = index % 2 === 0 ? email : email.toUpperCase();
        return service.client.unary('Register', { email: spelling, password, device }, callOptions());
      }),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.reason);
    expect(lost).toEqual(Array.from({ length: 19 }, () => 'EMAIL_TAKEN'));
  });

  it.each([
    ['seven77', 'It needs at least 8 characters.'],
    ['Password123', 'It is too easy to guess. This is a commonly used password.'],
    ['zzzzzzzzzz', 'It is too easy to guess. Repeated characters like "aaa" are easy to guess.'],
    ['weak@example.org', 'It must not be the address.'],
  ])('refuses the password %s and says why', async (weak, message) => {
    const registration = { email: 'weak@example.org', password: weak, device };
    await expect(service.client.unary('Register', registration, callOptions())).rejects.toMatchObject({
      reason: 'PASSWORD_TOO_WEAK',
      violations: [{ field: 'password', message }],
    });
  });
});

describe('Login', () => {
  it('opens a session of its own each time, however the address is written', async () => {
    const { user } = await registerSomebody(service);
    const answers = await Promise.all(
      [user.email, ` ${user.email.toUpperCase()} `].map((email) =>
        service.client.unary('Login', { email, password, device }, callOptions()),
      ),
    );
    const [first, second] = answers.map(({ session }) => signedIn(session));
    expect(first?.user).toEqual(user);
    expect(second?.user).toEqual(user);
    expect(first?.refreshToken).not.toBe(second?.refreshToken);
  });

  it('gives the same answer for an unknown account and a wrong password', async () => {
    const { user } = await registerSomebody(service);
    const attempts = [
      { email: user.email, password: `${password}!` },
      { email: 'nobody@example.org', password },
    ];
    const errors = await Promise.all(
      attempts.map((attempt) => service.client.unary('Login', attempt, callOptions()).catch((error: unknown) => error)),
    );
    const facts = errors.map((error) => JSON.parse(JSON.stringify(error)));
    expect(facts[0]).toMatchObject({ reason: 'CREDENTIALS_INVALID' });
    expect(facts[0]).toEqual(facts[1]);
  });

  it('tells passwords apart that differ after their 72nd byte or after a NUL', async () => {
    const long = `quite a long password ${'ä'.repeat(600)}`;
    const registration = { ...newRegistration(), password: `${long}\0one` };
    await service.client.unary('Register', registration, callOptions());
    const attempt = { email: registration.email, device };
    await expect(
      service.client.unary('Login', { ...attempt, password: `${long}\0two` }, callOptions()),
    ).rejects.toMatchObject({ reason: 'CREDENTIALS_INVALID' });
    const { session } = await service.client.unary('Login', { ...attempt, password: `${long}\0one` }, callOptions());
    expect(signedIn(session).user.email).toBe(registration.email);
  });

  it('takes a password in any Unicode form of the same characters', async () => {
    const registration = { ...newRegistration(), password: 'Zo\u00eb likes caf\u00e9s' };
    await service.client.unary('Register', registration, callOptions());
    const attempt = { email: registration.email, password: registration.password.normalize('NFD'), device };
    const { session } = await service.client.unary('Login', attempt, callOptions());
    expect(signedIn(session).user.email).toBe(registration.email);
  });
});

describe('GetUser and UpdateUser', () => {
  it('return and change the account of the access token', async () => {
    const { accessToken, user } = await registerSomebody(service);
    const change = { displayName: 'New Name', version: user.version };
    const updated = await service.client.unary('UpdateUser', change, callOptions(accessToken));
    expect(updated.user).toMatchObject({ id: user.id, displayName: 'New Name', version: 2 });
    expect(await service.client.unary('GetUser', {}, callOptions(accessToken))).toEqual(updated);
  });

  it('let one of two edits of the same version win and tell the other the current state', async () => {
    const { accessToken } = await registerSomebody(service);
    const outcomes = await Promise.allSettled(
      ['One', 'Two'].map((displayName) =>
        service.client.unary('UpdateUser', { displayName, version: 1 }, callOptions(accessToken)),
      ),
    );
    const winner = outcomes.find((outcome) => outcome.status === 'fulfilled')?.value.user;
    const loser = outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
    expect(loser).toMatchObject({
      reason: 'VERSION_CONFLICT',
      metadata: { version: '2', displayName: winner?.displayName },
    });
  });

  it('need a token', async () => {
    await expect(service.client.unary('GetUser', {}, callOptions())).rejects.toMatchObject({ reason: 'TOKEN_MISSING' });
    await expect(
      service.client.unary('UpdateUser', { displayName: 'A', version: 1 }, callOptions('junk')),
    ).rejects.toMatchObject({ reason: 'TOKEN_INVALID' });
  });
});
