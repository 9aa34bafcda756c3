import { Prisma } from '../generated/prisma/client.ts';

// Who may do what with a conversation, for the table alias `c`. Every statement for a user has one of these; what it does not find
// then is missing, whether it exists or not. The owner comes first, so that nothing else is looked up for them.

/** That a user may read it: its owner, or a member of any role. It is not in the trash. */
export function readableBy(userId: string): Prisma.Sql {
  return Prisma.sql`c.deleted_at IS NULL AND (c.user_id = ${userId}::uuid OR EXISTS (
    SELECT FROM conversation_members cm WHERE cm.conversation_id = c.id AND cm.user_id = ${userId}::uuid))`;
}

/** That a user may write to it: its owner, or a writer. It is not in the trash. */
export function writableBy(userId: string): Prisma.Sql {
  return Prisma.sql`c.deleted_at IS NULL AND (c.user_id = ${userId}::uuid OR EXISTS (
    SELECT FROM conversation_members cm
    WHERE cm.conversation_id = c.id AND cm.user_id = ${userId}::uuid AND cm.role = 'writer'))`;
}
