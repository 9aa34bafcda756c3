import { randomUUID } from 'node:crypto';
import { waitFor } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callOptions,
  password,
  registerSomebody,
  type SignedIn,
  signedIn,
  startTestUserService,
  type TestUserService,
} from './harness.ts';

let service: TestUserService;
beforeAll(async () => {
  service = await startTestUserService();
});
afterAll(() => service[Symbol.asyncDispose]());

async function signIn(email: string, secret = password): Promise<SignedIn> {
  const device = { userAgent: 'Other/2.0', ipAddress: '2001:db8::1' };
  const { session } = await service.client.unary('Login', { email, password: secret, device }, callOptions());
  return signedIn(session);
}

async function listSessions({ accessToken }: SignedIn) {
  return (await service.client.unary('ListSessions', {}, callOptions(accessToken))).sessions;
}

const works = ({ accessToken }: SignedIn) => service.client.unary('GetUser', {}, callOptions(accessToken));
const refresh = ({ refreshToken }: SignedIn) => service.client.unary('RefreshSession', { refreshToken }, callOptions());

async function expectEnded(session: SignedIn, cause: string) {
  await waitFor(
    () =>
      works(session).then(
        () => false,
        ({ metadata }) => metadata.cause === cause,
      ),
    { description: `the access token is refused: ${cause}` },
  );
  await expect(refresh(session)).rejects.toMatchObject({ reason: 'REFRESH_TOKEN_INVALID' });
}

describe('ListSessions', () => {
  it('shows the open sessions of the caller alone, the one used last first, and which one asks', async () => {
    const first = await registerSomebody(service);
    const second = await signIn(first.user.email);
    service.advance(1_000);
    await refresh(first);
    const sessions = await listSessions(second);
    expect(sessions.map(({ current, device }) => [current, device])).toEqual([
      [false, { userAgent: 'Test/1.0', ipAddress: '203.0.113.7' }],
      [true, { userAgent: 'Other/2.0', ipAddress: '2001:db8::1' }],
    ]);
  });

  it('leaves out what has ended or expired', async () => {
    const first = await registerSomebody(service);
    const second = await signIn(first.user.email);
    await service.client.unary('Logout', { refreshToken: second.refreshToken }, callOptions());
    expect(await listSessions(first)).toHaveLength(1);
  });
});

describe('RevokeSession', () => {
  it('ends one session of the caller and leaves the others', async () => {
    const first = await registerSomebody(service);
    const second = await signIn(first.user.email);
    const other = (await listSessions(first)).find(({ current }) => !current);
    await service.client.unary('RevokeSession', { sessionId: other?.id ?? '' }, callOptions(first.accessToken));
    await expectEnded(second, 'session_revoked');
    await expect(works(first)).resolves.toBeDefined();
  });

  it('answers the same for a foreign session, an ended one and one that never was', async () => {
    const [victim, stranger] = await Promise.all([registerSomebody(service), registerSomebody(service)]);
    const [foreign] = await listSessions(victim);
    const ended = await signIn(stranger.user.email);
    const endedId = (await listSessions(ended)).find(({ current }) => current)?.id;
    await service.client.unary('Logout', { refreshToken: ended.refreshToken }, callOptions());
    for (const sessionId of [foreign?.id ?? '', endedId ?? '', randomUUID()]) {
      await expect(
        service.client.unary('RevokeSession', { sessionId }, callOptions(stranger.accessToken)),
      ).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND', detail: 'This does not exist' });
    }
    await expect(works(victim)).resolves.toBeDefined();
    await expect(refresh(victim)).resolves.toBeDefined();
  });
});

describe('LogoutAll', () => {
  it('ends every session, also the one that asks, and lets the person sign in again', async () => {
    const first = await registerSomebody(service);
    const second = await signIn(first.user.email);
    await service.client.unary('LogoutAll', {}, callOptions(first.accessToken));
    for (const session of [first, second]) await expectEnded(session, 'logout_everywhere');
    const again = await signIn(first.user.email);
    await expect(works(again)).resolves.toBeDefined();
    expect(await listSessions(again)).toHaveLength(1);
  });
});

describe('ChangePassword', () => {
  const change = (session: SignedIn, currentPassword: string, newPassword: string) =>
    service.client.unary('ChangePassword', { currentPassword, newPassword }, callOptions(session.accessToken));

  it('ends the other sessions, keeps the present one, and only the new password counts', async () => {
    const first = await registerSomebody(service);
    const second = await signIn(first.user.email);
    const newPassword = 'quite another password 9';
    expect(await change(first, password, newPassword)).toEqual({ endedSessionCount: 1 });
    await expectEnded(second, 'password_changed');
    await expect(works(first)).resolves.toBeDefined();
    await expect(refresh(first)).resolves.toBeDefined();
    await expect(signIn(first.user.email)).rejects.toMatchObject({ reason: 'CREDENTIALS_INVALID' });
    await expect(signIn(first.user.email, newPassword)).resolves.toBeDefined();
  });

  it('needs the present password, and changes nothing without it', async () => {
    const session = await registerSomebody(service);
    await expect(change(session, 'not the password', 'quite another password 9')).rejects.toMatchObject({
      reason: 'VALIDATION_FAILED',
      violations: [{ field: 'currentPassword' }],
    });
    await expect(signIn(session.user.email)).resolves.toBeDefined();
  });

  it('holds the new password to the policy', async () => {
    const session = await registerSomebody(service);
    await expect(change(session, password, 'short')).rejects.toMatchObject({
      reason: 'PASSWORD_TOO_WEAK',
      violations: [{ field: 'newPassword' }],
    });
  });

  it('lets one of two changes at once win', async () => {
    const session = await registerSomebody(service);
    const candidates = ['quite another password 1', 'quite another password 2'];
    const outcomes = await Promise.allSettled(candidates.map((candidate) => change(session, password, candidate)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const signIns = await Promise.allSettled(candidates.map((candidate) => signIn(session.user.email, candidate)));
    expect(signIns.map(({ status }) => status)).toEqual(outcomes.map(({ status }) => status));
  });
});
