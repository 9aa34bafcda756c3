import { AppError } from '@chatbot/errors';
import type { RevocationCause } from '@chatbot/service-kit';
import type { AccountStore, NewAccount, NewSession } from '../app/ports.ts';
import type { Account, Role } from '../domain/account.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database, DatabaseClient } from './database.ts';
import { toAccount, toSessionRow } from './rows.ts';

type Transaction = Prisma.TransactionClient & Pick<DatabaseClient, 'account' | 'session'>;

/** Accounts in Postgres. */
export function createPrismaAccountStore({ run }: Database): AccountStore {
  return {
    createAccount: (account, session) => run((prisma) => createAccount(prisma, { ...account, session })),
    createFirstAdmin: (account, session) => run((prisma) => createFirstAdmin(prisma, { ...account, session })),

    async findAccount(id) {
      const row = await run((prisma) => prisma.account.findUnique({ where: { id } }));
      return row === null ? undefined : toAccount(row);
    },

    async findCredentials(by) {
      const row = await run((prisma) => prisma.account.findUnique({ where: by, omit: { passwordHash: false } }));
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

    changePassword: ({ id, current, replacement, keptSessionId, at }) =>
      run((prisma) =>
        prisma.$transaction(async (tx) => {
          const where = { id, passwordHash: current };
          const { count } = await tx.account.updateMany({ where, data: { passwordHash: replacement } });
          if (count === 0) return undefined;
          const ended = await tx.session.updateManyAndReturn({
            where: { accountId: id, revokedAt: null, id: { not: keptSessionId } },
            data: { revokedAt: at, revokedReason: 'password_changed' satisfies RevocationCause },
            select: { id: true },
          });
          return ended.map((session) => session.id);
        }),
      ),

    async listAccounts({ emailPart, beforeId, countMax }) {
      const where = {
        ...(emailPart === '' ? {} : { email: { contains: literally(emailPart) } }),
        ...(beforeId === undefined ? {} : { id: { lt: beforeId } }),
      };
      // Ids grow with time.
      const rows = await run((prisma) => prisma.account.findMany({ where, orderBy: { id: 'desc' }, take: countMax }));
      return rows.map(toAccount);
    },

    setRole: (change) => run((prisma) => prisma.$transaction((tx) => setRole(tx, change))),

    scheduleRemoval: ({ id, at, purgeAt }) =>
      run((prisma) =>
        prisma.$transaction(async (tx) => {
          await keepOneAdmin(tx, id);
          return endAllSessions(tx, { id, at, cause: 'account_deleted', changes: { purgeAt } });
        }),
      ),

    async cancelRemoval({ id, now }) {
      const where = { id, purging: false, purgeAt: { gt: now } };
      const [row] = await run((prisma) => prisma.account.updateManyAndReturn({ where, data: { purgeAt: null } }));
      return row === undefined ? undefined : toAccount(row);
    },

    endAllSessions: (end) => run((prisma) => prisma.$transaction((tx) => endAllSessions(tx, { ...end, changes: {} }))),

    async claimForRemoval({ now, countMax }) {
      const rows = await run(
        (prisma) => prisma.$queryRaw<{ id: string }[]>`
          UPDATE accounts SET purging = true
          WHERE id IN (
            SELECT id FROM accounts WHERE purge_at <= ${now} ORDER BY purge_at LIMIT ${countMax} FOR UPDATE SKIP LOCKED
          )
          RETURNING id`,
      );
      return rows.map(({ id }) => id);
    },

    async removeAccounts(ids) {
      await run((prisma) => prisma.account.deleteMany({ where: { id: { in: [...ids] }, purging: true } }));
    },
  };
}

type WithSession = NewAccount & { session: NewSession };

async function createAccount(prisma: Pick<DatabaseClient, 'account'>, { session, ...account }: WithSession) {
  const { createdAt } = session;
  const data = { ...account, createdAt, updatedAt: createdAt, version: 1, sessions: { create: toSessionRow(session) } };
  try {
    return toAccount(await prisma.account.create({ data }));
  } catch (error) {
    // Ids are random: the address is the only unique thing that can exist already.
    throw isUniqueViolation(error) ? new AppError('EMAIL_TAKEN') : error;
  }
}

/** The row of first_admin comes first: of several calls at once, those that wait for it are refused when the winner commits. */
function createFirstAdmin(prisma: DatabaseClient, account: WithSession): Promise<Account> {
  return prisma.$transaction(async (tx) => {
    try {
      await tx.firstAdmin.create({ data: { accountId: account.id, createdAt: account.session.createdAt } });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('SETUP_TOKEN_INVALID') : error;
    }
    // One that was made in another way, before the setup token or by hand.
    if ((await tx.account.count({ where: { role: 'admin' } })) > 0) throw new AppError('SETUP_TOKEN_INVALID');
    return createAccount(tx, account);
  });
}

async function setRole(tx: Transaction, { id, role, at }: { id: string; role: Role; at: Date }) {
  if (role !== 'admin') await keepOneAdmin(tx, id);
  const cause: RevocationCause = 'role_changed';
  const [changed] = await tx.account.updateManyAndReturn({
    where: { id, role: { not: role } },
    data: {
      role,
      updatedAt: at,
      version: { increment: 1 },
      tokenVersion: { increment: 1 },
      tokensRevokedAt: at,
      tokensRevokedCause: cause,
    },
  });
  if (changed !== undefined) return { account: toAccount(changed), changed: true };
  const row = await tx.account.findUnique({ where: { id } });
  return row === null ? undefined : { account: toAccount(row), changed: false };
}

/**
 * Throws AppError LAST_ADMIN when `id` is the only administrator. The rows are locked in one order, so of two demotions at once the second one
 * sees what the first has done.
 */
async function keepOneAdmin(tx: Transaction, id: string): Promise<void> {
  const admins = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM accounts WHERE role = 'admin' AND purge_at IS NULL ORDER BY id FOR UPDATE`;
  if (admins.length === 1 && admins[0]?.id === id) throw new AppError('LAST_ADMIN');
}

async function endAllSessions(
  tx: Transaction,
  { id, at, cause, changes }: { id: string; at: Date; cause: RevocationCause; changes: { purgeAt?: Date } },
): Promise<Account | undefined> {
  const data = { ...changes, tokenVersion: { increment: 1 }, tokensRevokedAt: at, tokensRevokedCause: cause };
  const [row] = await tx.account.updateManyAndReturn({ where: { id }, data });
  if (row === undefined) return undefined;
  await tx.session.updateMany({
    where: { accountId: id, revokedAt: null },
    data: { revokedAt: at, revokedReason: cause },
  });
  return toAccount(row);
}

/** Prisma makes a LIKE pattern of a text and leaves the pattern's own characters in it. */
function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
