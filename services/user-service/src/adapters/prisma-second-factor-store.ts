import type { SecondFactorStore } from '../app/ports.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';

/** Second factors in Postgres. */
export function createPrismaSecondFactorStore({ run }: Database): SecondFactorStore {
  return {
    async find(accountId) {
      const row = await run((prisma) =>
        prisma.secondFactor.findUnique({ where: { accountId }, omit: { secret: false } }),
      );
      if (row === null) return undefined;
      const { secret, enabledAt } = row;
      return { secret, enabledAt: enabledAt ?? undefined };
    },

    async begin({ accountId, secret }) {
      const stored = await run(
        (prisma) => prisma.$executeRaw`
          INSERT INTO second_factors (account_id, secret) VALUES (${accountId}::uuid, ${secret})
          ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, last_step = 0
          WHERE second_factors.enabled_at IS NULL`,
      );
      return stored === 1;
    },

    enable: ({ accountId, secret, step, recoveryCodeHashes, at }) =>
      run((prisma) =>
        prisma.$transaction(async (tx) => {
          const where = { accountId, secret, enabledAt: null };
          const { count } = await tx.secondFactor.updateMany({ where, data: { enabledAt: at, lastStep: step } });
          if (count === 0) return false;
          await tx.recoveryCode.createMany({ data: toCodeRows(accountId, recoveryCodeHashes) });
          return true;
        }),
      ),

    async useStep({ accountId, secret, step, replacement }) {
      const where = { accountId, secret, enabledAt: { not: null }, lastStep: { lt: step } };
      const data = { lastStep: step, ...(replacement === undefined ? {} : { secret: replacement }) };
      const { count } = await run((prisma) => prisma.secondFactor.updateMany({ where, data }));
      return count === 1;
    },

    async useRecoveryCode({ accountId, codeHash }) {
      const { count } = await run((prisma) => prisma.recoveryCode.deleteMany({ where: { accountId, codeHash } }));
      return count === 1;
    },

    countRecoveryCodes: (accountId) => run((prisma) => prisma.recoveryCode.count({ where: { accountId } })),

    replaceRecoveryCodes: ({ accountId, codeHashes }) =>
      run((prisma) =>
        prisma.$transaction(async (tx) => {
          if (!(await lockEnabled(tx, accountId))) return false;
          await tx.recoveryCode.deleteMany({ where: { accountId } });
          await tx.recoveryCode.createMany({ data: toCodeRows(accountId, codeHashes) });
          return true;
        }),
      ),

    async remove(accountId) {
      const where = { accountId, enabledAt: { not: null } };
      const { count } = await run((prisma) => prisma.secondFactor.deleteMany({ where }));
      return count === 1;
    },
  };
}

function toCodeRows(accountId: string, hashes: readonly Uint8Array<ArrayBuffer>[]) {
  return hashes.map((codeHash) => ({ accountId, codeHash }));
}

/** Whether the second factor is on; then of two replacements at once the second one waits, and no codes of the first stay. */
async function lockEnabled(tx: Prisma.TransactionClient, accountId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM second_factors WHERE account_id = ${accountId}::uuid AND enabled_at IS NOT NULL FOR UPDATE`;
  return rows.length === 1;
}
