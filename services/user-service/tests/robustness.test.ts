import { waitFor } from '@chatbot/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callOptions,
  device,
  newRegistration,
  password,
  registerSomebody,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

describe('a running service', () => {
  let service: TestUserService;
  beforeAll(async () => {
    service = await startTestUserService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it.each([
    ['Register', { email: 'no address', password }, 'email'],
    ['Register', { email: `${'a'.repeat(250)}@example.org`, password }, 'email'],
    ['Register', { email: 'a\0b@example.org', password }, 'email'],
    ['Register', { email: 'a@example.org', password: '' }, 'password'],
    ['Register', { email: 'a@example.org', password: 'x'.repeat(1025) }, 'password'],
    ['Register', { email: 'a@example.org', password, displayName: 'x'.repeat(81) }, 'displayName'],
    ['Register', { email: 'a@example.org', password, displayName: 'two\nlines' }, 'displayName'],
    ['Register', { email: 'a@example.org', password, displayName: 'turned \u202Edear' }, 'displayName'],
    ['Register', { email: 'a@example.org', password, device: { ipAddress: 'here' } }, 'device.ipAddress'],
    ['Login', { email: 'a@example.org', password: 'x'.repeat(1025) }, 'password'],
    ['Login', { email: '', password }, 'email'],
    ['Login', { email: 'a@example.org', password, device: { userAgent: 'x'.repeat(513) } }, 'device.userAgent'],
    ['RefreshSession', { refreshToken: '' }, 'refreshToken'],
    ['RefreshSession', { refreshToken: 'x'.repeat(513) }, 'refreshToken'],
    ['Logout', { refreshToken: '' }, 'refreshToken'],
  ] as const)('refuses %s with %j and names the field', async (method, request, field) => {
    await expect(service.client.unary(method, request, callOptions())).rejects.toMatchObject({
      reason: 'VALIDATION_FAILED',
      violations: [{ field }],
    });
  });

  it.each([
    { displayName: '', version: 1 },
    { displayName: '   ', version: 1 },
    { displayName: 'Name', version: 0 },
    { displayName: 'Name', version: -1 },
  ])('refuses UpdateUser with %j', async (request) => {
    const { accessToken } = await registerSomebody(service);
    await expect(service.client.unary('UpdateUser', request, callOptions(accessToken))).rejects.toMatchObject({
      reason: 'VALIDATION_FAILED',
    });
  });

  it('answers any text in any field of any rpc with a reason of its contract, and goes on', async () => {
    const { accessToken } = await registerSomebody(service);
    const text = fc.string({ unit: 'binary', maxLength: 600 });
    const request = fc.record({
      email: fc.oneof(text, fc.emailAddress()),
      password: fc.string({ unit: 'binary', maxLength: 20 }),
      displayName: text,
      refreshToken: text,
      version: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      device: fc.option(fc.record({ userAgent: text, ipAddress: fc.oneof(text, fc.ipV4(), fc.ipV6()) })),
    });
    const methods = ['Register', 'Login', 'RefreshSession', 'Logout', 'UpdateUser'] as const;
    const foreseen = [
      'VALIDATION_FAILED',
      'PASSWORD_TOO_WEAK',
      'EMAIL_TAKEN',
      'CREDENTIALS_INVALID',
      'REFRESH_TOKEN_INVALID',
      'VERSION_CONFLICT',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), request, async (method, fields) => {
        const outcome = await service.client
          .unary(method, fields, callOptions(accessToken))
          .catch((error) => error.reason);
        if (typeof outcome === 'string') expect(foreseen).toContain(outcome);
      }),
      { numRuns: 100, endOnFailure: true },
    );
    await expect(registerSomebody(service)).resolves.toBeDefined();
  });

  it('logs no password and no token', async () => {
    const canary = 'canary password 7f3a';
    const registration = { ...newRegistration(), password: canary };
    const { session } = await service.client.unary('Register', registration, callOptions());
    const { email } = registration;
    await service.client.unary('Login', { email, password: canary, device }, callOptions());
    await service.client.unary('Login', { email, password: `${canary}!`, device }, callOptions()).catch(() => {});
    await service.client.unary('Login', { email: `${email}\0`, password: canary }, callOptions()).catch(() => {});
    const refreshToken = session?.refreshToken ?? '';
    const refreshed = await service.client.unary('RefreshSession', { refreshToken }, callOptions());
    await service.client.unary('GetUser', {}, callOptions(session?.accessToken));
    await service.client.unary('Logout', { refreshToken }, callOptions());
    await waitFor(() => service.logs().includes('UserService/Logout'), { description: 'the last call is logged' });
    const secrets = [canary, refreshToken, session?.accessToken, refreshed.session?.refreshToken];
    for (const secret of secrets) {
      expect(secret).toEqual(expect.stringMatching(/.{15,}/));
      expect(service.logs()).not.toContain(secret);
    }
  });

  it('counts what happens to accounts and sessions', async () => {
    const before = await authEvents(service);
    const { user, refreshToken } = await registerSomebody(service);
    await service.client.unary('Login', { email: user.email, password, device }, callOptions());
    await service.client.unary('Login', { email: user.email, password: 'wrong' }, callOptions()).catch(() => {});
    await service.client.unary('RefreshSession', { refreshToken }, callOptions());
    service.advance(11_000);
    await service.client.unary('RefreshSession', { refreshToken }, callOptions()).catch(() => {});
    const { refreshToken: other } = await registerSomebody(service);
    await service.client.unary('Logout', { refreshToken: other }, callOptions());
    const after = await authEvents(service);
    const changes = Object.entries(after).map(([event, count]) => [event, count - (before[event] ?? 0)]);
    expect(Object.fromEntries(changes.filter(([, change]) => change !== 0))).toEqual({
      registered: 2,
      login_succeeded: 1,
      login_failed: 1,
      refreshed: 1,
      refresh_reused: 1,
      logged_out: 1,
    });
  });
});

describe('a service that lost its database', () => {
  it('answers UNAVAILABLE, says that it is not ready, and stays alive', async () => {
    await using service = await startTestUserService();
    const { accessToken, refreshToken, user } = await registerSomebody(service);
    expect((await fetch(`${service.metricsUrl}/readyz`)).status).toBe(200);
    await service.stopDatabase();
    const { client } = service;
    const calls = [
      client.unary('Register', newRegistration(), callOptions()),
      client.unary('Login', { email: user.email, password }, callOptions()),
      client.unary('RefreshSession', { refreshToken }, callOptions()),
      client.unary('Logout', { refreshToken }, callOptions()),
      client.unary('GetUser', {}, callOptions(accessToken)),
      client.unary('UpdateUser', { displayName: 'Name', version: 1 }, callOptions(accessToken)),
    ];
    const outcomes = await Promise.allSettled(calls);
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.reason : 'none'));
    expect(reasons).toEqual(calls.map(() => 'UNAVAILABLE'));
    expect((await fetch(`${service.metricsUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${service.metricsUrl}/healthz`)).status).toBe(200);
  });
});

describe('a service with more sign-ins than it can hash', () => {
  it('refuses the surplus with OVERLOADED and a delay, and answers the rest', async () => {
    await using service = await startTestUserService({
      PASSWORD_HASHES_MAX: '1',
      PASSWORD_QUEUE_MAX: '2',
      BCRYPT_COST: '10',
    });
    const attempt = { email: 'nobody@example.org', password };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => service.client.unary('Login', attempt, callOptions())),
    );
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(new Set(reasons.map((error) => error?.reason))).toEqual(new Set(['CREDENTIALS_INVALID', 'OVERLOADED']));
    expect(reasons.find((error) => error?.reason === 'OVERLOADED')?.retryAfterMs).toBeGreaterThan(0);
  });
});

async function authEvents({ metricsUrl }: TestUserService): Promise<Record<string, number>> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  const matches = metrics.matchAll(/^auth_events_total\{event="(\w+)".*\} (\d+)$/gm);
  return Object.fromEntries([...matches].map(([, event, count]) => [event, Number(count)]));
}
