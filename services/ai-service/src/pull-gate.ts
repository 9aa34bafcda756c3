import { AppError } from '@chatbot/errors';

export type PullGate = {
  /** Lets one pull in until the result is disposed of. Throws AppError OVERLOADED when many run. */
  enter(): Disposable;
};

/** Pulls take hours, of the disk and the network of every model server. */
export const pullCountMax = 4;
const retryAfterMs = 30_000;

export function createPullGate(): PullGate {
  let runningCount = 0;
  return {
    enter() {
      if (runningCount >= pullCountMax) {
        const detail = 'As many models as may be pulled at once are being pulled.';
        throw new AppError('OVERLOADED', { detail, retryAfterMs });
      }
      runningCount += 1;
      return {
        [Symbol.dispose]() {
          runningCount -= 1;
        },
      };
    },
  };
}
