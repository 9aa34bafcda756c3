import type { Logger } from '@chatbot/service-kit';

export type JobOptions = {
  /** For the log. */
  readonly name: string;
  /** The pause between two runs. */
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  readonly logger: Logger;
};

/** Runs a job again and again, one run after the other, beginning now. A run that fails is logged and repeated. */
export function startJob({ name, everyMs, run, logger }: JobOptions): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = work();

  async function work() {
    try {
      await run();
    } catch (error) {
      logger.warn({ err: error, job: name }, 'a job failed and will be repeated');
    }
    if (stopped) return;
    timer = setTimeout(() => {
      running = work();
    }, everyMs);
  }

  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
