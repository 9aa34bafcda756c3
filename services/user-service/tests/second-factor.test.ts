import type { LoginRequest } from '@chatbot/proto/chatbot/user/v1/LoginRequest';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callOptions,
  device,
  newRegistration,
  password,
  registerSomebody,
  type SignedIn,
  secondFactorKey,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

const setupToken = 'open sesame, open sesame';
const periodMs = 30_000;

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService({ SETUP_TOKEN: setupToken, SIGN_IN_FAILURES_MAX: '10000' });
});
afterAll(() => service[Symbol.asyncDispose]());

/** What the service's clock is ahead of ours. */
let aheadMs = 0;
/** Goes on to codes that nobody has used. */
function nextPeriod() {
  aheadMs += periodMs;
  service.advance(periodMs);
}

type App = { secret: string; code(shiftMs?: number): string };

/** An authenticator app, whose clock goes with the service's. */
function appOf(secret: string): App {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return { secret, code: (shiftMs = 0) => totp.generate({ timestamp: Date.now() + aheadMs + shiftMs }) };
}

async function enrol({ accessToken }: SignedIn): Promise<App> {
  const { secret } = await service.client.unary('CreateSecondFactor', { password }, callOptions(accessToken));
  return appOf(secret);
}

type Protected = { somebody: SignedIn; app: App; recoveryCodes: readonly string[] };

/** Somebody whose second factor is on, and whose next code is fresh. */
async function createProtected(): Promise<Protected> {
  const somebody = await registerSomebody(service);
  const app = await enrol(somebody);
  const { recoveryCodes } = await confirm(somebody, app.code());
  nextPeriod();
  return { somebody, app, recoveryCodes };
}

const confirm = ({ accessToken }: SignedIn, code: string) =>
  service.client.unary('ConfirmSecondFactor', { code }, callOptions(accessToken));

const stateOf = ({ accessToken }: SignedIn) => service.client.unary('GetSecondFactor', {}, callOptions(accessToken));

/** "ok" or the reason. */
function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: { reason: string }) => error.reason,
  );
}

const signIn = ({ user }: SignedIn, proof: LoginRequest = {}) =>
  outcomeOf(service.client.unary('Login', { email: user.email, password, device, ...proof }, callOptions()));

const turnOff = ({ accessToken }: SignedIn, proof: { password: string; code: string }) =>
  outcomeOf(service.client.unary('DeleteSecondFactor', proof, callOptions(accessToken)));

/** A code that is wrong now, and in the periods around. */
function wrongCode({ code }: App): string {
  const right = [-periodMs, 0, periodMs].map((shiftMs) => code(shiftMs));
  return ['000000', '111111', '222222', '333333'].find((candidate) => !right.includes(candidate)) ?? '';
}

describe('turning on', () => {
  it('takes the password and a code of the app, and gives ten recovery codes', async () => {
    const somebody = await registerSomebody(service);
    expect(await stateOf(somebody)).toMatchObject({ enabledAt: null, recoveryCodesLeft: 0 });
    const { secret, uri } = await service.client.unary(
      'CreateSecondFactor',
      { password },
      callOptions(somebody.accessToken),
    );
    expect(uri).toContain(`secret=${secret}`);
    // Not yet: whoever closes the page here must be able to sign in.
    expect(await signIn(somebody)).toBe('ok');
    const { recoveryCodes } = await confirm(somebody, appOf(secret).code());
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await stateOf(somebody)).toMatchObject({ enabledAt: expect.anything(), recoveryCodesLeft: 10 });
    expect(await signIn(somebody)).toBe('SECOND_FACTOR_REQUIRED');
  });

  it('is refused with a wrong password, a wrong code, the code of an older secret, or without a secret', async () => {
    const somebody = await registerSomebody(service);
    const create = service.client.unary(
      'CreateSecondFactor',
      { password: 'a guess' },
      callOptions(somebody.accessToken),
    );
    await expect(create).rejects.toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field: 'password' }] });
    expect(await outcomeOf(confirm(somebody, '123456'))).toBe('RESOURCE_NOT_FOUND');
    const older = await enrol(somebody);
    const newer = await enrol(somebody);
    for (const code of [wrongCode(newer), older.code(), '', 'k3x1-0a7m-vwq2-5tgd']) {
      await expect(confirm(somebody, code)).rejects.toMatchObject({
        reason: 'VALIDATION_FAILED',
        violations: [{ field: 'code' }],
      });
    }
    expect(await stateOf(somebody)).toMatchObject({ enabledAt: null, recoveryCodesLeft: 0 });
    expect(await outcomeOf(confirm(somebody, newer.code()))).toBe('ok');
  });

  it('cannot replace one that is on', async () => {
    const { somebody, app } = await createProtected();
    expect(await outcomeOf(enrol(somebody))).toBe('SECOND_FACTOR_ON');
    expect(await outcomeOf(confirm(somebody, app.code()))).toBe('SECOND_FACTOR_ON');
    expect(await signIn(somebody, { code: app.code() })).toBe('ok');
  });

  it('of 10 confirmations at once happens once, with one set of recovery codes', async () => {
    const somebody = await registerSomebody(service);
    const app = await enrol(somebody);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(confirm(somebody, app.code()))));
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1);
    expect(await stateOf(somebody)).toMatchObject({ recoveryCodesLeft: 10 });
  });
});

describe('signing in', () => {
  it('takes a code of the app, however it is spaced, and one of a clock that is 30 s off', async () => {
    const { somebody, app } = await createProtected();
    const code = app.code();
    expect(await signIn(somebody, { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })).toBe('ok');
    expect(await signIn(somebody, { code: app.code(periodMs) })).toBe('ok');
    // Older than the last one that was used.
    expect(await signIn(somebody, { code })).toBe('SECOND_FACTOR_INVALID');
  });

  it('accepts one of 20 sign-ins at once with the same code, and not the code that turned it on', async () => {
    const somebody = await registerSomebody(service);
    const app = await enrol(somebody);
    const first = app.code();
    await confirm(somebody, first);
    expect(await signIn(somebody, { code: first })).toBe('SECOND_FACTOR_INVALID');
    nextPeriod();
    const code = app.code();
    // From 20 networks, so that it is the code that is counted and not the failures.
    const attempts = Array.from({ length: 20 }, (_, index) =>
      signIn(somebody, { code, device: { userAgent: '', ipAddress: `192.0.2.${index + 1}` } }),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'SECOND_FACTOR_INVALID')).toHaveLength(19);
  });

  it('takes each recovery code once', async () => {
    const { somebody, recoveryCodes } = await createProtected();
    const [first = '', second = ''] = recoveryCodes;
    const once = await Promise.all([signIn(somebody, { code: first }), signIn(somebody, { code: first })]);
    expect(once.toSorted()).toEqual(['SECOND_FACTOR_INVALID', 'ok']);
    expect(await signIn(somebody, { code: second.toUpperCase().replaceAll('-', ' ') })).toBe('ok');
    expect(await stateOf(somebody)).toMatchObject({ recoveryCodesLeft: 8 });
  });

  it('takes no code of another account', async () => {
    const [mine, theirs] = [await createProtected(), await createProtected()];
    expect(await signIn(mine.somebody, { code: theirs.app.code() })).toBe('SECOND_FACTOR_INVALID');
    expect(await signIn(mine.somebody, { code: theirs.recoveryCodes[0] ?? '' })).toBe('SECOND_FACTOR_INVALID');
    expect(await signIn(theirs.somebody, { code: theirs.recoveryCodes[0] ?? '' })).toBe('ok');
  });

  it('says nothing of the second factor to whoever does not know the password', async () => {
    const { somebody, app } = await createProtected();
    expect(await signIn(somebody, { password: 'a guess', code: app.code() })).toBe('CREDENTIALS_INVALID');
    // Nor was the code used up by it.
    expect(await signIn(somebody, { code: app.code() })).toBe('ok');
  });

  it('counts wrong codes like wrong passwords: the sixth guess is locked, also with the right code', async () => {
    const { somebody, app } = await createProtected();
    const guesses = await Promise.all(Array.from({ length: 5 }, () => signIn(somebody, { code: wrongCode(app) })));
    expect(new Set(guesses)).toEqual(new Set(['SECOND_FACTOR_INVALID']));
    expect(await signIn(somebody, { code: app.code() })).toBe('CREDENTIALS_INVALID');
    expect(await signIn(somebody)).toBe('CREDENTIALS_INVALID');
  });

  it('does not lock whoever opens the page of the code often, and gives no guesses back by that', async () => {
    const { somebody, app } = await createProtected();
    for (let round = 0; round < 5; round += 1) {
      expect(await signIn(somebody)).toBe('SECOND_FACTOR_REQUIRED');
      expect(await signIn(somebody, { code: wrongCode(app) })).toBe('SECOND_FACTOR_INVALID');
    }
    expect(await signIn(somebody, { code: app.code() })).toBe('CREDENTIALS_INVALID');
  });

  it('of an account without a second factor needs no code, and ignores one', async () => {
    expect(await signIn(await registerSomebody(service), { code: '123456' })).toBe('ok');
  });

  it('keeps an account that is marked for removal only with a code', async () => {
    const { somebody, app } = await createProtected();
    await service.client.unary('DeleteUser', { password }, callOptions(somebody.accessToken));
    expect(await signIn(somebody)).toBe('SECOND_FACTOR_REQUIRED');
    const { session } = await service.client.unary(
      'Login',
      { email: somebody.user.email, password, code: app.code(), device },
      callOptions(),
    );
    expect(session?.restored).toBe(true);
  });
});

describe('turning off, and new recovery codes', () => {
  it('take password and code', async () => {
    const { somebody, app } = await createProtected();
    expect(await turnOff(somebody, { password: 'a guess', code: app.code() })).toBe('VALIDATION_FAILED');
    expect(await turnOff(somebody, { password, code: wrongCode(app) })).toBe('VALIDATION_FAILED');
    expect(await turnOff(somebody, { password, code: app.code() })).toBe('ok');
    expect(await stateOf(somebody)).toMatchObject({ enabledAt: null, recoveryCodesLeft: 0 });
    expect(await signIn(somebody)).toBe('ok');
    expect(await turnOff(somebody, { password, code: app.code() })).toBe('RESOURCE_NOT_FOUND');
  });

  it('take a recovery code in place of a lost app, and void the codes of before', async () => {
    const { somebody, recoveryCodes } = await createProtected();
    const [first = '', second = ''] = recoveryCodes;
    const proof = { password, code: first };
    const options = callOptions(somebody.accessToken);
    const renewed = await service.client.unary('CreateRecoveryCodes', proof, options);
    expect(renewed.recoveryCodes).toHaveLength(10);
    expect(await signIn(somebody, { code: second })).toBe('SECOND_FACTOR_INVALID');
    expect(await signIn(somebody, { code: renewed.recoveryCodes[0] ?? '' })).toBe('ok');
    expect(await turnOff(somebody, { password, code: renewed.recoveryCodes[1] ?? '' })).toBe('ok');
  });

  it('give whoever has session and password ten guesses at the code', async () => {
    const { somebody, app } = await createProtected();
    const proof = { password, code: wrongCode(app) };
    const outcomes: string[] = [];
    for (let guess = 0; guess < 12; guess += 1) outcomes.push(await turnOff(somebody, proof));
    expect(outcomes).toEqual([...Array(10).fill('VALIDATION_FAILED'), 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await turnOff(somebody, { password, code: app.code() })).toBe('RATE_LIMITED');
  });
});

it('an administrator turns it off for somebody who has lost everything, once', async () => {
  const { somebody } = await createProtected();
  const registration = { ...newRegistration(), setupToken };
  const admin = signedIn((await service.client.unary('Register', registration, callOptions())).session);
  const reset = (userId: string) =>
    outcomeOf(service.client.unary('DeleteUserSecondFactor', { userId }, callOptions(admin.accessToken)));
  expect(await reset(somebody.user.id)).toBe('ok');
  expect(await signIn(somebody)).toBe('ok');
  expect(await reset(somebody.user.id)).toBe('RESOURCE_NOT_FOUND');
});

it('a new key opens what an older one has sealed, and takes its place at the next sign-in', async () => {
  const { somebody, app } = await createProtected();
  const [oldKey, newKey] = [secondFactorKey, 'another key of second factors for the tests'];
  for (const SECOND_FACTOR_KEYS of [`${newKey},${oldKey}`, newKey]) {
    await using rekeyed = await startTestUserService({ DATABASE_URL: service.databaseUrl, SECOND_FACTOR_KEYS });
    rekeyed.advance(aheadMs);
    const proof = { email: somebody.user.email, password, code: app.code(), device };
    expect(await outcomeOf(rekeyed.client.unary('Login', proof, callOptions()))).toBe('ok');
    nextPeriod();
  }
});

it('neither secret nor recovery codes can be read in the database or the logs', async () => {
  const { app, recoveryCodes } = await createProtected();
  const database = new pg.Client({ connectionString: service.databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ dump: string }>(
    `SELECT string_agg(encode(f.secret, 'hex') || encode(c.code_hash, 'hex'), ' ') AS dump
       FROM second_factors f JOIN recovery_codes c USING (account_id)`,
  );
  await database.end();
  const [dump = ''] = rows.map((row) => row.dump);
  const logs = service.logs();
  expect(dump).not.toBe('');
  expect(dump).not.toContain(Buffer.from(Secret.fromBase32(app.secret).bytes).toString('hex'));
  expect(logs).not.toContain(app.secret);
  for (const code of recoveryCodes) {
    expect(dump).not.toContain(Buffer.from(code.replaceAll('-', '')).toString('hex'));
    expect(logs).not.toContain(code);
  }
});
