import type { Logger } from '@chatbot/service-kit';

export type TrashPurgeOptions = {
  /** Deletes what has been in the trash for too long; returns how many conversations. */
  readonly purge: () => Promise<number>;
  readonly intervalMs: number;
  readonly logger: Logger;
};

/** Empties the trash of what is too old, from now on at every interval. Disposing of it waits for a run that has begun. */
export function startTrashPurge({ purge, intervalMs, logger }: TrashPurgeOptions): AsyncDisposable {
  let running = Promise.resolve();
  let timer = setTimeout(run, firstDelayMs(intervalMs));

  function run(): void {
    running = purge().then(
      (purgedCount) => {
        if (purgedCount > 0) logger.info({ purgedCount }, 'trash purged');
      },
      (error: unknown) => logger.warn({ err: error }, 'trash not purged'),
    );
    timer = setTimeout(run, intervalMs);
  }

  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await running;
    },
  };
}

/** Replicas that start together do not all begin at the same moment. */
function firstDelayMs(intervalMs: number): number {
  return Math.random() * intervalMs;
}
