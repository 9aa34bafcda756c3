import { z } from 'zod';
import { timeouts } from '../../clients/clients.ts';
import { managedUserSchema, toManagedUser, toUser, userSchema } from '../../clients/resources/user.ts';
import { pageQuery, pageSchema } from '../pages.ts';
import { defineRoute, pageOf } from '../route.ts';

export const listUsers = defineRoute({
  method: 'get',
  path: '/admin/users',
  access: 'user',
  tag: 'admin',
  summary: 'Accounts, the newest first; for administrators',
  query: z.object({
    ...pageQuery(100),
    q: z.string().max(254).optional().meta({ description: 'A part of the address' }),
  }),
  responses: { 200: { description: 'One page', schema: pageSchema(managedUserSchema) } },
  async handle({ clients }, { caller, query }) {
    const { limit = 0, cursor = '', q = '' } = query;
    const page = await clients.user.unary(
      'ListUsers',
      { limit, cursor, query: q },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: pageOf(page.users.map(toManagedUser), page.nextCursor) };
  },
});

export const deleteUserSecondFactor = defineRoute({
  method: 'delete',
  path: '/admin/users/:id/second-factor',
  access: 'user',
  tag: 'admin',
  summary: 'Turn off the second factor of somebody who has lost it; for administrators',
  params: z.object({ id: z.uuid() }),
  responses: { 204: { description: 'The password alone is enough again' } },
  async handle({ clients }, { caller, params: { id } }) {
    await clients.user.unary('DeleteUserSecondFactor', { userId: id }, { ...caller, timeoutMs: timeouts.unaryMs });
    return { status: 204 };
  },
});

export const setUserRole = defineRoute({
  method: 'put',
  path: '/admin/users/:id/role',
  access: 'user',
  tag: 'admin',
  summary: 'Give an account another role, which counts at once; for administrators',
  params: z.object({ id: z.uuid() }),
  body: z.object({ role: z.enum(['user', 'admin']) }),
  responses: { 200: { description: 'The account after the change', schema: userSchema } },
  async handle({ clients }, { caller, params: { id }, body: { role } }) {
    const { user } = await clients.user.unary(
      'SetUserRole',
      { userId: id, role },
      { ...caller, timeoutMs: timeouts.unaryMs },
    );
    return { status: 200, body: toUser(user) };
  },
});
