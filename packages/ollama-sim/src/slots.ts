import { ApiError } from './http.ts';

export interface SlotLimits {
  /** How many hold a slot at once; Infinity for no limit. */
  readonly parallel: number;
  /** How many may wait for one. */
  readonly queueMax: number;
}

/** The server's places for running replies, given out first come, first served. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #waiting = new Set<() => void>();
  #takenCount = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /**
   * Resolves once there is a place, with the function that gives it back (calling it again does nothing). Rejects with
   * an ApiError 503 when too many wait, worded as Ollama does, and with the signal's reason when it is aborted.
   */
  async acquire(signal: AbortSignal): Promise<() => void> {
    if (this.#takenCount < this.#limits.parallel) {
      this.#takenCount += 1;
    } else {
      await this.#waitForTurn(signal);
    }
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#handOn();
      }
    };
  }

  #waitForTurn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#limits.queueMax) {
      throw new ApiError(503, 'server busy, please try again.  maximum pending requests exceeded');
    }
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onTurn = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiting.delete(onTurn);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(onTurn);
    });
  }

  /** The place of one who leaves goes straight to the next in line, so that nobody overtakes. */
  #handOn(): void {
    for (const onTurn of this.#waiting) {
      this.#waiting.delete(onTurn);
      onTurn();
      return;
    }
    this.#takenCount -= 1;
  }
}
