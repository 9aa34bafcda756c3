import type { UserDataStore } from '../app/ports/user-data-store.ts';
import type { Database } from './database.ts';

/** What belongs to one user, in Postgres; messages, generations, members and links go with their conversation. */
export function createPrismaUserDataStore(database: Database): UserDataStore {
  return {
    removeConversations: ({ userId, countMax }) =>
      database.run(
        (prisma) =>
          prisma.$executeRaw`
            DELETE FROM conversations
            WHERE id IN (SELECT id FROM conversations WHERE user_id = ${userId}::uuid LIMIT ${countMax}::int)`,
      ),
    leaveAll: async (userId) => {
      await database.run((prisma) => prisma.conversationMember.deleteMany({ where: { userId } }));
      await database.run((prisma) => prisma.$executeRaw`DELETE FROM message_feedback WHERE user_id = ${userId}::uuid`);
      await database.run((prisma) => prisma.$executeRaw`DELETE FROM personas WHERE user_id = ${userId}::uuid`);
      await database.run((prisma) => prisma.$executeRaw`DELETE FROM folders WHERE user_id = ${userId}::uuid`);
    },
  };
}
