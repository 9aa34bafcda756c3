import { AppError } from '@chatbot/errors';

export type ImportGate = {
  /** Lets one import of a user in until the result is disposed of. Throws RATE_LIMITED when the user has one running, OVERLOADED when many do. */
  enter(userId: string): Disposable;
};

/** Each holds one conversation, which may be as long as a gRPC message. */
const importCountMax = 8;
const retryAfterMs = 5_000;

/** Bounds the memory that imports take of this replica. */
export function createImportGate(): ImportGate {
  const running = new Set<string>();
  return {
    enter(userId) {
      if (running.has(userId))
        throw new AppError('RATE_LIMITED', { detail: 'An import is running already', retryAfterMs });
      if (running.size >= importCountMax) throw new AppError('OVERLOADED', { retryAfterMs });
      running.add(userId);
      return { [Symbol.dispose]: () => void running.delete(userId) };
    },
  };
}
