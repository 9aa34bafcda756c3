import type { ProfileStore } from '../app/ports.ts';
import type { Database } from './database.ts';

const columns = { id: true, displayName: true } as const;

/** Profiles in Postgres; a look-up reads nothing else of an account. */
export function createPrismaProfileStore({ run }: Database): ProfileStore {
  return {
    async findByEmail(email) {
      const row = await run((prisma) =>
        prisma.account.findUnique({ where: { email, purgeAt: null }, select: columns }),
      );
      return row === null ? undefined : toProfile(row);
    },
    async list(userIds) {
      const where = { id: { in: [...userIds] } };
      const rows = await run((prisma) => prisma.account.findMany({ where, select: columns }));
      return rows.map(toProfile);
    },
  };
}

function toProfile({ id, displayName }: { id: string; displayName: string }) {
  return { userId: id, displayName };
}
