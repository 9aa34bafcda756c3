import { randomUUID } from 'node:crypto';
import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem, waitFor } from '@chatbot/testkit';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSessionSchema } from '../../src/clients/resources/open-session.ts';
import { preferencesSchema } from '../../src/clients/resources/preferences.ts';
import { userSchema } from '../../src/clients/resources/user.ts';
import { sessionSchema } from '../../src/http/auth/session.ts';
import { type Account, admitted, callApi, connectDevice, createAccount, type Device } from '../support/account.ts';

/** What is promised. */
const revocationMs = 5_000;
/** How long it took each time. */
const endedAfterMs: number[] = [];

const setupToken = 'open sesame, open sesame';

let sim: OllamaSim;
let system: System;

beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      'short:latest': { kind: 'scripted', text: 'A reply.' },
      'endless:latest': { kind: 'scripted', text: 'word '.repeat(100_000), ratePerSecond: 20 },
    },
  });
  system = await startSystem({
    ollamaUrl: sim.url,
    replicas: 'api-gateway=2',
    env: { DEFAULT_MODEL: 'short:latest', RATE_LIMIT_SIGN_INS_PER_MINUTE: '2000', SETUP_TOKEN: setupToken },
  });
}, 120_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
});

/** A socket on each replica. */
function connectEverywhere(account: Account): Promise<Device[]> {
  return Promise.all(system.gatewayUrls.map((gateway) => account.connect({ gateway })));
}

async function expectEnded(devices: readonly Device[], cause: string) {
  const sinceMs = performance.now();
  await waitFor(() => devices.every(({ socket }) => !socket.connected), {
    description: `every socket is closed for ${cause}`,
  });
  endedAfterMs.push(performance.now() - sinceMs);
  for (const device of devices) expect(device.received('session:ended')).toEqual([{ reason: 'TOKEN_REVOKED', cause }]);
}

const logout = ({ refreshToken }: Account) =>
  callApi(system.url, 'POST', '/api/v1/auth/logout', { body: { refreshToken } });

/** Another session of the same account. */
async function signInAgain({ email, password }: Account): Promise<{ accessToken: string; refreshToken: string }> {
  const { body } = await admitted(() =>
    callApi(system.url, 'POST', '/api/v1/auth/login', { body: { email, password, tokenDelivery: 'body' } }),
  );
  const { accessToken, refreshToken = '' } = sessionSchema.parse(body);
  return { accessToken, refreshToken };
}

/** Sockets of another session, on each replica. */
async function connectAgain(account: Account): Promise<Device[]> {
  const { accessToken } = await signInAgain(account);
  return Promise.all(system.gatewayUrls.map((url) => connectDevice(url, accessToken)));
}

async function sessionIds(account: Account): Promise<string[]> {
  const { body } = await account.request('GET', '/auth/sessions');
  const { items } = z.object({ items: z.array(openSessionSchema) }).parse(body);
  return items.filter(({ current }) => !current).map(({ id }) => id);
}

describe('what ends sessions', () => {
  it('logging out everywhere closes every socket of the account on every replica', async () => {
    const account = await createAccount(system.url);
    const devices = [...(await connectEverywhere(account)), ...(await connectAgain(account))];
    const answer = await account.request('POST', '/auth/logout-all');
    expect(answer.status).toBe(204);
    await expectEnded(devices, 'logout_everywhere');
  });

  it('ending one session closes its sockets and leaves the others', async () => {
    const account = await createAccount(system.url);
    using mine = await account.connect();
    const others = await connectAgain(account);
    const [other = ''] = await sessionIds(account);
    expect((await account.request('DELETE', `/auth/sessions/${other}`)).status).toBe(204);
    await expectEnded(others, 'session_revoked');
    expect(mine.socket.connected).toBe(true);
    expect(await sessionIds(account)).toEqual([]);
  });

  it('a new password closes the sockets of every other session', async () => {
    const account = await createAccount(system.url);
    using mine = await account.connect();
    const others = await connectAgain(account);
    const change = { currentPassword: account.password, newPassword: `another sound ${randomUUID()}` };
    expect(await account.request('PUT', '/users/me/password', change)).toMatchObject({
      status: 200,
      body: { endedSessionCount: 1 },
    });
    await expectEnded(others, 'password_changed');
    expect(mine.socket.connected).toBe(true);
  });

  it('deleting the account closes every socket, and signing in again brings it back', async () => {
    const account = await createAccount(system.url);
    const devices = await connectEverywhere(account);
    const answer = await account.request('DELETE', '/users/me', { password: account.password });
    expect(answer).toMatchObject({ status: 202, body: { purgeAt: expect.any(String) } });
    await expectEnded(devices, 'account_deleted');
    const { email, password } = account;
    const again = await callApi(system.url, 'POST', '/api/v1/auth/login', { body: { email, password } });
    expect(again).toMatchObject({ status: 200, body: { restored: true, user: { id: account.userId } } });
  });

  it('a refresh token that is used again after its grace closes the sockets of its session', async () => {
    const account = await createAccount(system.url);
    const devices = await connectEverywhere(account);
    const refresh = () =>
      callApi(system.url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken: account.refreshToken } });
    expect((await refresh()).status).toBe(200);
    // The grace is ten seconds of the service's own clock; there is no way around them here.
    await waitFor(async () => (await refresh()).status === 401, {
      description: 'the grace period is over',
      timeoutMs: 20_000,
    });
    await expectEnded(devices, 'refresh_token_reused');
  });

  it('a change of role refuses the old tokens at once, and a refresh brings the new rights', async () => {
    const registration = { email: `${randomUUID()}@example.com`, password: `a sound ${randomUUID()}`, setupToken };
    const { body } = await callApi(system.url, 'POST', '/api/v1/auth/register', { body: registration });
    const admin = sessionSchema.parse(body);
    expect(admin.user.role).toBe('admin');
    const asAdmin = { authorization: `Bearer ${admin.accessToken}` };
    const account = await createAccount(system.url);
    const setRole = (role: string) =>
      callApi(system.url, 'PUT', `/api/v1/admin/users/${account.userId}/role`, { headers: asAdmin, body: { role } });
    const listUsers = (token: string) =>
      callApi(system.url, 'GET', '/api/v1/admin/users', { headers: { authorization: `Bearer ${token}` } });

    expect((await listUsers(account.accessToken)).status).toBe(403);
    const asUser = await connectEverywhere(account);
    expect((await setRole('admin')).status).toBe(200);
    await expectEnded(asUser, 'role_changed');
    const { body: renewed } = await callApi(system.url, 'POST', '/api/v1/auth/refresh', {
      body: { refreshToken: account.refreshToken },
    });
    const { accessToken } = sessionSchema.parse(renewed);
    expect((await listUsers(accessToken)).status).toBe(200);

    const promoted = await Promise.all(system.gatewayUrls.map((url) => connectDevice(url, accessToken)));
    expect((await setRole('user')).status).toBe(200);
    expect((await listUsers(accessToken)).status).toBeOneOf([401, 403]);
    await expectEnded(promoted, 'role_changed');
  });
});

describe('a second factor', () => {
  const path = '/users/me/second-factor';
  const codesSchema = z.object({ recoveryCodes: z.array(z.string()).length(10) });

  /** Somebody whose second factor is on, with the codes that are told then. */
  async function createProtected() {
    const account = await createAccount(system.url);
    const { password } = account;
    const made = await account.request('POST', path, { password });
    const { secret } = z.object({ secret: z.string(), uri: z.string() }).parse(made.body);
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    const { body } = await account.request('POST', `${path}/confirm`, { code });
    return { account, ...codesSchema.parse(body) };
  }

  const signIn = ({ email, password }: Account, proof: object = {}) =>
    callApi(system.url, 'POST', '/api/v1/auth/login', { body: { email, password, ...proof } });

  it('makes signing in ask for a code, which opens one session, and says what is missing', async () => {
    const { account, recoveryCodes } = await createProtected();
    const [code = ''] = recoveryCodes;
    expect(await signIn(account)).toMatchObject({ status: 401, body: { reason: 'SECOND_FACTOR_REQUIRED' } });
    expect((await signIn(account, { code })).status).toBe(200);
    expect(await signIn(account, { code })).toMatchObject({ status: 401, body: { reason: 'SECOND_FACTOR_INVALID' } });
    expect(await account.request('GET', path)).toMatchObject({
      status: 200,
      body: { enabled: true, enabledAt: expect.any(String), recoveryCodesLeft: 9 },
    });
  });

  it('is changed and turned off with password and code alone, and keeps the session', async () => {
    const { account, recoveryCodes } = await createProtected();
    const { password } = account;
    const guess = await account.request('DELETE', path, { password: 'a guess', code: recoveryCodes[0] });
    expect(guess).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
    const renewed = await account.request('POST', `${path}/recovery-codes`, { password, code: recoveryCodes[0] });
    const [code] = codesSchema.parse(renewed.body).recoveryCodes;
    const old = await account.request('DELETE', path, { password, code: recoveryCodes[1] });
    expect(old).toMatchObject({ status: 400, body: { errors: [{ field: 'code' }] } });
    expect((await account.request('DELETE', path, { password, code })).status).toBe(204);
    expect(await account.request('GET', path)).toMatchObject({ body: { enabled: false, recoveryCodesLeft: 0 } });
    expect((await signIn(account)).status).toBe(200);
  });
});

describe('tabs that refresh at the same time', () => {
  it('all get the same successor, over two replicas, and the session lives on', async () => {
    const account = await createAccount(system.url);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        callApi(system.gatewayUrls[index % 2] ?? '', 'POST', '/api/v1/auth/refresh', {
          body: { refreshToken: account.refreshToken },
        }),
      ),
    );
    const successors = new Set(answers.map(({ body }) => sessionSchema.parse(body).refreshToken));
    expect([...successors]).toEqual([expect.any(String)]);
    const [refreshToken] = successors;
    const next = await callApi(system.url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken } });
    expect(next.status).toBe(200);
  });
});

describe('the data of an account', () => {
  it('is exported as one file, without a secret in it', async () => {
    const account = await createAccount(system.url);
    const preferences = {
      theme: 'dark',
      defaultPersona: '',
      defaultModel: '',
      parameters: { temperature: 0.3 },
      language: 'de',
      sendOnEnter: false,
    };
    await account.request('PUT', '/users/me/preferences', { ...preferences, version: 0 });
    // Activity is counted from events, a second or so behind.
    const { body, headers } = await waitFor(
      async () => {
        const answer = await account.request('GET', '/users/me/export');
        return z.object({ activity: z.array(z.unknown()) }).parse(answer.body).activity.length > 0 && answer;
      },
      { description: 'the sign-in is counted', timeoutMs: 30_000 },
    );
    const today = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename=account-\d{4}-\d\d-\d\d\.json$/);
    expect(body).toMatchObject({
      version: 1,
      user: { id: account.userId, email: account.email },
      preferences: { ...preferences, version: 1 },
      sessions: [{ current: true, device: { ipAddress: expect.any(String) } }],
      secondFactor: { enabled: false, recoveryCodesLeft: 0 },
      activity: [{ day: today, persona: null, signIns: 1, messages: 0 }],
    });
    for (const secret of [account.password, account.refreshToken, account.accessToken]) {
      expect(JSON.stringify(body)).not.toContain(secret);
    }
  });

  it('tells an edit of old preferences what they are now', async () => {
    const account = await createAccount(system.url);
    const { body } = await account.request('GET', '/users/me/preferences');
    const put = (theme: string) =>
      account.request('PUT', '/users/me/preferences', { ...preferencesSchema.parse(body), theme });
    const answers = await Promise.all([put('dark'), put('light')]);
    const winner = answers.find(({ status }) => status === 200)?.body;
    const conflict = z
      .object({
        reason: z.literal('VERSION_CONFLICT'),
        metadata: z.object({ current: z.string() }),
        current: preferencesSchema,
      })
      .parse(answers.find(({ status }) => status === 409)?.body);
    expect(conflict.current).toEqual(winner);
    expect(preferencesSchema.parse(JSON.parse(conflict.metadata.current))).toEqual(winner);
  });

  it('lets one of ten changes of a profile win, and tells the others what it is now', async () => {
    const account = await createAccount(system.url);
    const changes = Array.from({ length: 10 }, (_, index) => ({ displayName: `Name ${index}`, version: 1 }));
    const answers = await Promise.all(changes.map((change) => account.request('PATCH', '/users/me', change)));
    const [winner, ...otherWinners] = answers.filter(({ status }) => status === 200);
    expect(otherWinners).toEqual([]);
    const losers = answers.filter((answer) => answer !== winner);
    expect(losers).toHaveLength(9);
    for (const loser of losers) {
      expect(loser).toMatchObject({
        status: 409,
        body: { reason: 'VERSION_CONFLICT', current: userSchema.parse(winner?.body) },
      });
    }
  });
});

describe('a session that ends', () => {
  it('closes its sockets on every replica, and no others', async () => {
    const [leaving, staying] = await Promise.all([createAccount(system.url), createAccount(system.url)]);
    const ended = await connectEverywhere(leaving);
    using bystander = await staying.connect();
    await logout(leaving);
    await expectEnded(ended, 'logout');
    expect(bystander.socket.connected).toBe(true);
    await expect(leaving.connect()).rejects.toMatchObject({ data: { reason: 'TOKEN_REVOKED', status: 401 } });
  });

  it('is refused by every route of every replica', async () => {
    const account = await createAccount(system.url);
    await logout(account);
    const headers = { authorization: `Bearer ${account.accessToken}` };
    const ask = () =>
      Promise.all(
        system.gatewayUrls.flatMap((url) =>
          ['/users/me', '/conversations', '/models'].map((path) => callApi(url, 'GET', `/api/v1${path}`, { headers })),
        ),
      );
    const answers = await waitFor(
      async () => {
        const all = await ask();
        return all.every(({ status }) => status === 401) && all;
      },
      { description: 'every route refuses the token' },
    );
    for (const { body } of answers)
      expect(body).toMatchObject({ reason: 'TOKEN_REVOKED', metadata: { cause: 'logout' } });
  });

  it('ends a stream of server-sent events in the middle, with the reason', async () => {
    const account = await createAccount(system.url);
    const response = await fetch(`${system.url}/api/v1/conversations/new/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${account.accessToken}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ clientMessageId: randomUUID(), content: 'go on and on', model: 'endless:latest' }),
    });
    const reading = response.text();
    await sim.waitFor((request) => request.messages.at(-1)?.content === 'go on and on');
    await logout(account);
    const events = (await reading).split('\n\n').filter((event) => event !== '');
    expect(events.at(-1)).toMatch(/^event: error\ndata: .*"reason":"TOKEN_REVOKED"/);
  });
});

it('within 5 s all sockets are closed, in the shortest of the times above: the others may have met a busy machine', () => {
  expect(Math.min(...endedAfterMs)).toBeLessThan(revocationMs);
});
