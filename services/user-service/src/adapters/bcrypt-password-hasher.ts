import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import bcrypt from 'bcrypt';
import pLimit from 'p-limit';
import type { PasswordHasher } from '../app/ports.ts';

export type BcryptConfig = {
  /** The base-2 logarithm of the rounds. */
  readonly cost: number;
  /** Hashes at the same time; more than the threads of libuv (4) would starve everything else that uses them. */
  readonly concurrencyMax: number;
  /** Hashes that may wait for their turn; the next one is refused. */
  readonly queueMax: number;
  /**
   * Who has waited longer than this, in milliseconds, is refused: they learn it while they still listen, and the turn is for somebody who does.
   */
  readonly queueWaitMaxMs: number;
};

/** About how long a full queue takes to become shorter. */
const retryAfterMs = 2_000;

/**
 * Passwords as bcrypt hashes. bcrypt reads at most 72 bytes and stops at a NUL, so it gets 64 characters that depend on every byte:
 * base64(SHA-384(password)), of the password in Unicode's composed form (NFC, as RFC 8265 section 4.2.2 asks).
 * The work is done on libuv's threads, never on the event loop.
 */
export async function createBcryptPasswordHasher({
  cost,
  concurrencyMax,
  queueMax,
  queueWaitMaxMs,
}: BcryptConfig): Promise<PasswordHasher> {
  const limit = pLimit(concurrencyMax);
  // Compared with when an account does not exist. Nobody knows its password.
  const decoy = await bcrypt.hash(digest(randomBytes(32).toString('base64')), cost);

  /** Work whose caller has gone by the time of its turn is not done. */
  function inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (limit.pendingCount >= queueMax) throw new AppError('OVERLOADED', { retryAfterMs });
    const queuedAtMs = performance.now();
    return limit(() => {
      signal.throwIfAborted();
      if (performance.now() - queuedAtMs > queueWaitMaxMs) throw new AppError('OVERLOADED', { retryAfterMs });
      return work();
    });
  }

  return {
    hash: async (password, signal) => inTurn(signal, () => bcrypt.hash(digest(password), cost)),
    check: async ({ password, hash, signal }) =>
      inTurn(signal, async () => {
        const matches = await bcrypt.compare(digest(password), hash ?? decoy);
        if (hash === undefined || !matches) return { matches: false };
        return bcrypt.getRounds(hash) === cost
          ? { matches }
          : { matches, replacement: await bcrypt.hash(digest(password), cost) };
      }),
  };
}

function digest(password: string): string {
  return createHash('sha384').update(password.normalize('NFC')).digest('base64');
}
