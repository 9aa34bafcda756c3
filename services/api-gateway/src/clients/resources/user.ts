import type { ManagedUser__Output } from '@chatbot/proto/chatbot/user/v1/ManagedUser';
import type { User__Output } from '@chatbot/proto/chatbot/user/v1/User';
import { z } from 'zod';
import { dateTime, iso, present } from './fields.ts';

export const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    displayName: z.string(),
    role: z.enum(['user', 'admin']),
    createdAt: dateTime,
    updatedAt: dateTime,
    version: z.int(),
  })
  .meta({ id: 'User' });

export const managedUserSchema = userSchema
  .extend({ purgeAt: dateTime.optional().meta({ description: 'When a deleted account is removed for good' }) })
  .meta({ id: 'ManagedUser' });

export type User = z.infer<typeof userSchema>;

export type ManagedUser = z.infer<typeof managedUserSchema>;

export function toUser(user: User__Output | null): User {
  const { id, email, displayName, version, role, createdAt, updatedAt } = present(user, 'user');
  return userSchema.parse({
    id,
    email,
    displayName,
    role,
    version,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  });
}

export function toManagedUser({ user, purgeAt }: ManagedUser__Output): ManagedUser {
  return { ...toUser(user), ...(purgeAt === null ? {} : { purgeAt: iso(purgeAt) }) };
}
