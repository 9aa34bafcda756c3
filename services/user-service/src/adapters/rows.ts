import type { NewSession } from '../app/ports.ts';
import type { Account } from '../domain/account.ts';
import type { Account as AccountRow } from '../generated/prisma/client.ts';

/** A row as the domain knows it. Throws when the row breaks a constraint of the table. */
export function toAccount(row: Omit<AccountRow, 'passwordHash'>): Account {
  const { id, email, displayName, role, createdAt, updatedAt, version, tokenVersion, purgeAt } = row;
  if (role !== 'user' && role !== 'admin') throw new Error('an account has an unknown role');
  return { id, email, displayName, role, createdAt, updatedAt, version, tokenVersion, purgeAt: purgeAt ?? undefined };
}

/** The columns of a new session with its first token, for a nested create. */
export function toSessionRow({ id, device, tokenHash, createdAt, expiresAt }: NewSession) {
  const refreshTokens = { create: { tokenHash, createdAt, expiresAt } };
  return { id, ...device, createdAt, lastUsedAt: createdAt, expiresAt, refreshTokens };
}
