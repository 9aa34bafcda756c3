import { type UserServiceDefinition, userServiceDefinition } from '@chatbot/proto';
import type { MethodName } from '@chatbot/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOptions, registerSomebody, type SignedIn, startTestUserService, type TestUserService } from './harness.ts';

let service: TestUserService;
let somebody: SignedIn;
beforeAll(async () => {
  service = await startTestUserService();
  somebody = await registerSomebody(service);
});
afterAll(() => service[Symbol.asyncDispose]());

type Rpc = MethodName<UserServiceDefinition>;

/** For whom each rpc works: before sign-in, for a service itself, for the signed-in account, for administrators. */
const matrix: Record<Rpc, 'anyone' | 'service' | 'user' | 'admin'> = {
  Register: 'anyone',
  Login: 'anyone',
  RefreshSession: 'anyone',
  Logout: 'anyone',
  ListSigningKeys: 'anyone',
  FindUserByEmail: 'service',
  ListProfiles: 'service',
  GetUser: 'user',
  UpdateUser: 'user',
  LogoutAll: 'user',
  ListSessions: 'user',
  RevokeSession: 'user',
  ChangePassword: 'user',
  GetSecondFactor: 'user',
  CreateSecondFactor: 'user',
  ConfirmSecondFactor: 'user',
  CreateRecoveryCodes: 'user',
  DeleteSecondFactor: 'user',
  GetPreferences: 'user',
  UpdatePreferences: 'user',
  DeleteUser: 'user',
  GetActivity: 'user',
  GetActivityTotals: 'admin',
  ListUsers: 'admin',
  SetUserRole: 'admin',
  DeleteUserSecondFactor: 'admin',
};

/** Requests that would be good if an administrator made them. */
const adminRequests: Partial<Record<Rpc, () => object>> = {
  GetActivityTotals: () => ({ from: '2026-03-01', to: '2026-03-02' }),
  ListUsers: () => ({ limit: 10 }),
  SetUserRole: () => ({ userId: somebody.user.id, role: 'admin' }),
  DeleteUserSecondFactor: () => ({ userId: somebody.user.id }),
};

const rpcs = Object.keys(matrix).filter((name): name is Rpc => Object.hasOwn(userServiceDefinition, name));
const guarded = rpcs.filter((name) => ['user', 'admin'].includes(matrix[name] ?? ''));

function reasonOf(name: Rpc, { request = {}, token }: { request?: object; token?: string }): Promise<string> {
  return service.client.unary(name, request, callOptions(token)).then(
    () => 'none',
    (error: { reason: string }) => error.reason,
  );
}

describe('every rpc', () => {
  it('has a row in the access matrix', () => {
    expect(rpcs.toSorted()).toEqual(Object.keys(userServiceDefinition).toSorted());
  });

  it.each(guarded)(
    '%s is refused without an access token, before anything of the request is looked at',
    async (name) => {
      expect(await reasonOf(name, {})).toBe('TOKEN_MISSING');
      expect(await reasonOf(name, { token: 'x.y.z' })).toBe('TOKEN_INVALID');
      expect(await reasonOf(name, { token: somebody.refreshToken ?? '' })).toBe('TOKEN_INVALID');
    },
  );

  it.each(rpcs.filter((name) => !guarded.includes(name)))('%s needs no access token', async (name) => {
    expect(await reasonOf(name, {})).not.toMatch(/^TOKEN_/);
  });

  it.each(rpcs.filter((name) => matrix[name] === 'admin'))('%s is refused to all but administrators', async (name) => {
    const request = adminRequests[name]?.();
    if (request === undefined) throw new Error('no request');
    expect(await reasonOf(name, { request, token: somebody.accessToken ?? '' })).toBe('PERMISSION_DENIED');
  });

  it('leaves the account as it was', async () => {
    const { user } = await service.client.unary('GetUser', {}, callOptions(somebody.accessToken));
    expect(user).toEqual(somebody.user);
  });
});
