import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { iso } from '../../clients/resources/fields.ts';
import { toUser, userSchema } from '../../clients/resources/user.ts';
import { clearRefreshCookie } from '../auth/session.ts';
import { withCurrent } from '../conflict.ts';
import { defineRoute } from '../route.ts';

export const getMe = defineRoute({
  method: 'get',
  path: '/users/me',
  access: 'user',
  tag: 'users',
  summary: 'The signed-in account',
  responses: { 200: { description: 'The account', schema: userSchema } },
  async handle({ clients }, { caller }) {
    const { user } = await clients.user.unary('GetUser', {}, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: toUser(user) };
  },
});

export const updateMe = defineRoute({
  method: 'patch',
  path: '/users/me',
  access: 'user',
  tag: 'users',
  summary: 'Change the profile, if version is the current one',
  body: z.object({ displayName: z.string().trim().min(1).max(80), version: z.int().positive() }),
  responses: { 200: { description: 'The account after the change', schema: userSchema } },
  async handle({ clients }, { caller, body }) {
    const options = { ...caller, timeoutMs: timeouts.unaryMs };
    const { user } = await clients.user
      .unary('UpdateUser', body, options)
      .catch(withCurrent(async () => toUser((await clients.user.unary('GetUser', {}, options)).user)));
    return { status: 200, body: toUser(user) };
  },
});

const password = z.string().min(1).max(1_024);

export const changePassword = defineRoute({
  method: 'put',
  path: '/users/me/password',
  access: 'user',
  limit: 'sign-ins',
  tag: 'users',
  summary: 'Change the password; every other session ends, this one goes on',
  body: z.object({ currentPassword: password, newPassword: password }),
  responses: { 200: { description: 'The password is changed', schema: z.object({ endedSessionCount: z.int() }) } },
  async handle({ clients }, { caller, body }) {
    const { endedSessionCount } = await clients.user.unary('ChangePassword', body, {
      ...caller,
      timeoutMs: timeouts.credentialsMs,
    });
    return { status: 200, body: { endedSessionCount } };
  },
});

export const deleteMe = defineRoute({
  method: 'delete',
  path: '/users/me',
  access: 'user',
  limit: 'sign-ins',
  tag: 'users',
  summary: 'Delete the account: all sessions end; until purgeAt a sign-in restores it, then everything is removed',
  body: z.object({ password }),
  responses: { 202: { description: 'The account is marked', schema: z.object({ purgeAt: z.iso.datetime() }) } },
  async handle({ clients, cookies }, { caller, body, response }) {
    const { purgeAt } = await clients.user.unary('DeleteUser', body, { ...caller, timeoutMs: timeouts.credentialsMs });
    clearRefreshCookie(response, cookies);
    return { status: 202, body: { purgeAt: iso(purgeAt) } };
  },
});
