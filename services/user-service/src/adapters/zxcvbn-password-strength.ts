import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError } from '@chatbot/errors';
import type { PasswordStrength } from '../app/ports.ts';
import type { StrengthAnswer, StrengthQuestion } from './zxcvbn-worker.ts';

type Waiting = { resolve(answer: StrengthAnswer): void; reject(error: AppError): void };

/** Estimates that may wait; the next one is refused. */
const waitingCountMax = 100;
const retryAfterMs = 2_000;
/** The dictionaries take 40 MB; they are let go when nobody has chosen a password for so long. */
const idleMs = 60_000;
/** From a cold start on a busy machine. */
const answerTimeoutMs = 8_000;

const workerFile = fileURLToPath(
  new URL(`./zxcvbn-worker${path.extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

/** Estimates by zxcvbn-ts in a worker thread, which lives while it is needed. */
export function createZxcvbnPasswordStrength(): PasswordStrength & AsyncDisposable {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    const started = new Worker(workerFile, { resourceLimits: { maxOldGenerationSizeMb: 256 } });
    started.on('message', (answer: StrengthAnswer) => {
      waiting.get(answer.id)?.resolve(answer);
    });
    started.on('error', (cause) => fail(started, cause));
    // It alone does not keep the process alive.
    started.unref();
    return started;
  }

  /** What waited for a worker that is gone will not be answered; the next question starts another. */
  function fail(failed: Worker, cause: unknown) {
    if (worker === failed) worker = undefined;
    for (const { reject } of waiting.values()) reject(new AppError('OVERLOADED', { retryAfterMs, cause }));
  }

  async function stop() {
    clearTimeout(idle);
    const stopped = worker;
    worker = undefined;
    await stopped?.terminate();
  }

  return {
    async estimate(password, known) {
      if (waiting.size >= waitingCountMax) throw new AppError('OVERLOADED', { retryAfterMs });
      clearTimeout(idle);
      worker ??= start();
      lastId += 1;
      const question: StrengthQuestion = { id: lastId, password, known };
      const { promise, resolve, reject } = Promise.withResolvers<StrengthAnswer>();
      waiting.set(question.id, { resolve, reject });
      const timer = setTimeout(() => reject(new AppError('OVERLOADED', { retryAfterMs })), answerTimeoutMs);
      worker.postMessage(question);
      try {
        const { score, warning } = await promise;
        return { score, warning };
      } finally {
        clearTimeout(timer);
        waiting.delete(question.id);
        if (waiting.size === 0) idle = setTimeout(() => void stop(), idleMs).unref();
      }
    },
    [Symbol.asyncDispose]: stop,
  };
}
