import { AppError } from '@chatbot/errors';
import type { GatewayMetrics } from '../metrics.ts';

/** Bounds what this replica has on its hands, so that what it has taken in keeps its pace when more is asked than it can do. */
export type LoadGate = {
  /** Takes a place for a turn that is about to be stored; disposing of it gives the place back. Throws OVERLOADED when all are taken. */
  enter(): Disposable;
};

export type LoadGateOptions = {
  /** Replies being stored or written by this replica. */
  repliesMax: number;
  /** How many this replica writes now. */
  countRunning: () => number;
  metrics: GatewayMetrics;
};

/** Turns that are stored at the same time. A replica stores about a hundred a second: who waits longer than that is told to come back. */
export const storingMax = 100;
const retryAfterMs = 2_000;

export function createLoadGate({ repliesMax, countRunning, metrics }: LoadGateOptions): LoadGate {
  let storing = 0;
  return {
    enter() {
      if (storing >= storingMax || storing + countRunning() >= repliesMax) {
        metrics.rateLimited.inc({ scope: 'replica' });
        throw new AppError('OVERLOADED', { retryAfterMs });
      }
      storing += 1;
      return {
        [Symbol.dispose]() {
          storing -= 1;
        },
      };
    },
  };
}
