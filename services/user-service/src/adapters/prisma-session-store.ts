import { isRevocationCause, type Revocation, type RevocationCause } from '@chatbot/service-kit';
import type { Rotation, SessionStore, StoredRefreshToken } from '../app/ports.ts';
import type { Database, DatabaseClient } from './database.ts';
import { toAccount, toSessionRow } from './rows.ts';

const ipAddressCountMax = 100;

/** Sessions and their refresh tokens in Postgres. */
export function createPrismaSessionStore({ run }: Database): SessionStore {
  return {
    async createSession(accountId, session) {
      await run((prisma) =>
        prisma.$transaction([
          prisma.session.deleteMany({ where: { accountId, expiresAt: { lte: session.createdAt } } }),
          prisma.session.create({ data: { ...toSessionRow(session), accountId } }),
        ]),
      );
    },

    findRefreshToken: (tokenHash) => run((prisma) => findRefreshToken(prisma, tokenHash)),

    rotateRefreshToken: (rotation) => run((prisma) => rotateRefreshToken(prisma, rotation)),

    async listSessions({ accountId, now, countMax }) {
      const where = { accountId, revokedAt: null, expiresAt: { gt: now } };
      const rows = await run((prisma) =>
        prisma.session.findMany({ where, orderBy: { lastUsedAt: 'desc' }, take: countMax }),
      );
      return rows.map(({ id, userAgent, ipAddress, createdAt, lastUsedAt, expiresAt }) => ({
        id,
        device: { userAgent, ipAddress },
        createdAt,
        lastUsedAt,
        expiresAt,
      }));
    },

    async listIpAddresses(accountId) {
      const stolen = ['reuse', 'refresh_token_reused' satisfies RevocationCause];
      const rows = await run((prisma) =>
        prisma.session.findMany({
          where: { accountId, OR: [{ revokedReason: null }, { revokedReason: { notIn: stolen } }] },
          select: { ipAddress: true },
          orderBy: { expiresAt: 'desc' },
          take: ipAddressCountMax,
        }),
      );
      return rows.map(({ ipAddress }) => ipAddress);
    },

    async revokeSession({ sessionId, accountId, cause, at }) {
      const where = { id: sessionId, revokedAt: null, ...(accountId === undefined ? {} : { accountId }) };
      const data = { revokedAt: at, revokedReason: cause };
      return (await run((prisma) => prisma.session.updateMany({ where, data }))).count > 0;
    },

    listRevocations: (query) => run((prisma) => listRevocations(prisma, query)),
  };
}

async function findRefreshToken(
  prisma: DatabaseClient,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<StoredRefreshToken | undefined> {
  const row = await prisma.refreshToken.findUnique({
    where: { tokenHash },
    omit: { successorNonce: false },
    include: { session: { include: { account: true } } },
  });
  if (row === null) return undefined;
  const { sessionId, expiresAt, rotatedAt, successorNonce, session } = row;
  return {
    sessionId,
    expiresAt,
    sessionRevoked: session.revokedAt !== null,
    rotation: rotatedAt === null || successorNonce === null ? undefined : { at: rotatedAt, nonce: successorNonce },
    account: toAccount(session.account),
  };
}

/**
 * Both conditions are checked by the updates themselves: of several concurrent exchanges the row lock lets one through,
 * and an exchange never brings a revoked session back.
 */
async function rotateRefreshToken(prisma: DatabaseClient, rotation: Rotation): Promise<boolean> {
  const { sessionId, tokenHash, nonce, successorHash, at, expiresAt } = rotation;
  return prisma.$transaction(async (tx) => {
    const token = await tx.refreshToken.updateMany({
      where: { tokenHash, rotatedAt: null, session: { revokedAt: null } },
      data: { rotatedAt: at, successorNonce: nonce },
    });
    if (token.count === 0) return false;
    await tx.session.update({ where: { id: sessionId }, data: { lastUsedAt: at, expiresAt } });
    await tx.refreshToken.create({ data: { tokenHash: successorHash, sessionId, createdAt: at, expiresAt } });
    // Tokens that have expired are refused in any case; there is nothing left to detect with them.
    await tx.refreshToken.deleteMany({ where: { sessionId, expiresAt: { lte: at } } });
    return true;
  });
}

async function listRevocations(
  prisma: DatabaseClient,
  { since, countMax }: { since: Date; countMax: number },
): Promise<Revocation[]> {
  const [sessions, accounts] = await Promise.all([
    prisma.session.findMany({
      where: { revokedAt: { gt: since } },
      select: { id: true, revokedReason: true },
      orderBy: { revokedAt: 'desc' },
      take: countMax,
    }),
    prisma.account.findMany({
      where: { tokensRevokedAt: { gt: since } },
      select: { id: true, tokenVersion: true, tokensRevokedCause: true },
      orderBy: { tokensRevokedAt: 'desc' },
      take: countMax,
    }),
  ]);
  return [
    ...sessions.map(({ id, revokedReason }) => ({
      kind: 'session' as const,
      sessionId: id,
      cause: toCause(revokedReason),
    })),
    ...accounts.map(({ id, tokenVersion, tokensRevokedCause }) => ({
      kind: 'account' as const,
      userId: id,
      tokenVersion,
      cause: toCause(tokensRevokedCause),
    })),
  ];
}

/** The first release wrote 'reuse'. */
function toCause(stored: string | null): RevocationCause {
  if (stored === 'reuse') return 'refresh_token_reused';
  if (stored === null || !isRevocationCause(stored)) throw new Error('a revocation has an unknown cause');
  return stored;
}
