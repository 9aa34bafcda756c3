import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { toUser, userSchema } from '../../clients/resources.ts';
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
  summary: 'Change the profile',
  body: z.object({ displayName: z.string().trim().min(1).max(80), version: z.int().positive() }),
  responses: { 200: { description: 'The account after the change', schema: userSchema } },
  async handle({ clients }, { caller, body }) {
    const { user } = await clients.user.unary('UpdateUser', body, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 200, body: toUser(user) };
  },
});
