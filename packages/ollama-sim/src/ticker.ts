const TICK_MS = 5;
const BUCKET_COUNT = 512;

/** Something to do at a later tick; may be scheduled again when it has run. */
export class TickTask {
  dueTick = 0;
  bucket: Set<TickTask> | undefined;
  readonly run: () => void;

  constructor(run: () => void) {
    this.run = run;
  }
}

/**
 * A timer wheel: one timer for every stream of the server, because thousands of timers of their own cost more than the
 * tokens they send. Times are those of performance.now(), in milliseconds; tasks run up to one tick (5 ms) late.
 */
export class Ticker {
  readonly #buckets = Array.from({ length: BUCKET_COUNT }, () => new Set<TickTask>());
  #lastTick = 0;
  #scheduledCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon: (() => void)[] = [];
  #soonHandle: NodeJS.Immediate | undefined;

  /** Runs the task at the first tick from `dueMs` on; a task that is already scheduled is moved. */
  schedule(task: TickTask, dueMs: number): void {
    this.cancel(task);
    if (this.#timer === undefined) {
      this.#lastTick = Math.floor(performance.now() / TICK_MS);
      this.#timer = setTimeout(() => this.#advance(), TICK_MS);
    }
    task.dueTick = Math.max(Math.ceil(dueMs / TICK_MS), this.#lastTick + 1);
    task.bucket = this.#bucketAt(task.dueTick);
    task.bucket.add(task);
    this.#scheduledCount += 1;
  }

  cancel(task: TickTask): void {
    if (task.bucket?.delete(task)) {
      this.#scheduledCount -= 1;
    }
    task.bucket = undefined;
  }

  /** Runs a function in the next turn of the event loop, after the input and output that is ready. */
  soon(run: () => void): void {
    this.#soon.push(run);
    this.#soonHandle ??= setImmediate(() => this.#runSoon());
  }

  /** Resolves after a time, or rejects with the signal's reason when it is aborted first. */
  wait(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const task = new TickTask(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = () => {
        this.cancel(task);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.schedule(task, performance.now() + delayMs);
    });
  }

  /** Drops everything that is scheduled. */
  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soonHandle);
    this.#timer = undefined;
    this.#soonHandle = undefined;
    this.#soon = [];
    for (const bucket of this.#buckets) {
      bucket.clear();
    }
    this.#scheduledCount = 0;
  }

  #advance(): void {
    const currentTick = Math.floor(performance.now() / TICK_MS);
    // After a pause longer than a turn of the wheel, each bucket is still visited only once.
    const firstTick = Math.max(this.#lastTick + 1, currentTick - BUCKET_COUNT + 1);
    this.#lastTick = currentTick;
    for (let tick = firstTick; tick <= currentTick; tick += 1) {
      this.#runBucket(this.#bucketAt(tick), currentTick);
    }
    this.#timer = this.#scheduledCount > 0 ? setTimeout(() => this.#advance(), TICK_MS) : undefined;
  }

  #runBucket(bucket: Set<TickTask>, currentTick: number): void {
    for (const task of bucket) {
      if (task.dueTick <= currentTick) {
        this.cancel(task);
        task.run();
      }
    }
  }

  #runSoon(): void {
    const tasks = this.#soon;
    this.#soon = [];
    this.#soonHandle = undefined;
    for (const run of tasks) {
      run();
    }
  }

  #bucketAt(tick: number): Set<TickTask> {
    const bucket = this.#buckets[tick % BUCKET_COUNT];
    if (bucket === undefined) {
      throw new Error(`no bucket for tick ${tick}`);
    }
    return bucket;
  }
}
