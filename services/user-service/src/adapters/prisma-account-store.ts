import { AppError } from '@chatbot/errors';
import type { AccountStore, NewAccount, NewSession } from '../app/ports.ts';
import type { Account } from '../domain/account.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database, DatabaseClient } from './database.ts';
import { toAccount, toSessionRow } from './rows.ts';

/** Accounts in Postgres. */
export function createPrismaAccountStore({ run }: Database): AccountStore {
  return {
    createAccount: (account, session) => run((prisma) => createAccount(prisma, { ...account, session })),

    async findAccount(id) {
      const row = await run((prisma) => prisma.account.findUnique({ where: { id } }));
      return row === null ? undefined : toAccount(row);
    },

    async findCredentials(email) {
      const row = await run((prisma) => prisma.account.findUnique({ where: { email }, omit: { passwordHash: false } }));
      return row === null ? undefined : { account: toAccount(row), passwordHash: row.passwordHash };
    },

    async updateProfile({ id, version, displayName, at }) {
      const data = { displayName, updatedAt: at, version: { increment: 1 } };
      const [row] = await run((prisma) => prisma.account.updateManyAndReturn({ where: { id, version }, data }));
      return row === undefined ? undefined : toAccount(row);
    },

    async replacePasswordHash({ id, current, replacement }) {
      const where = { id, passwordHash: current };
      await run((prisma) => prisma.account.updateMany({ where, data: { passwordHash: replacement } }));
    },
  };
}

async function createAccount(
  prisma: DatabaseClient,
  { session, ...account }: NewAccount & { session: NewSession },
): Promise<Account> {
  const { createdAt } = session;
  const data = { ...account, createdAt, updatedAt: createdAt, version: 1, sessions: { create: toSessionRow(session) } };
  try {
    return toAccount(await prisma.account.create({ data }));
  } catch (error) {
    throw isUniqueViolation(error) ? new AppError('EMAIL_TAKEN') : error;
  }
}

/** Ids are random: the address is the only unique thing that can exist already. */
function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
