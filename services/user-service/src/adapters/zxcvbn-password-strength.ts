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
/** Less than api-gateway waits, with the hashing that comes before and after it. */
const answerTimeoutMs = 4_000;
/** To load the dictionaries on a machine that starts everything at once; usually half a second. */
const startTimeoutMs = 60_000;

const workerFile = fileURLToPath(
  new URL(`./zxcvbn-worker${path.extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

/** Estimates by zxcvbn-ts in a worker thread, which is ready when this resolves; one that breaks is replaced. */
export async function createZxcvbnPasswordStrength(): Promise<PasswordStrength & AsyncDisposable> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let worker: Worker | undefined;

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
    const stopped = worker;
    worker = undefined;
    await stopped?.terminate();
  }

  async function ask(fields: Omit<StrengthQuestion, 'id'>, timeoutMs: number): Promise<StrengthAnswer> {
    worker ??= start();
    lastId += 1;
    const question: StrengthQuestion = { id: lastId, ...fields };
    const { promise, resolve, reject } = Promise.withResolvers<StrengthAnswer>();
    waiting.set(question.id, { resolve, reject });
    const timer = setTimeout(() => reject(new AppError('OVERLOADED', { retryAfterMs })), timeoutMs);
    worker.postMessage(question);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(question.id);
    }
  }

  await ask({ password: '', known: [] }, startTimeoutMs);
  return {
    async estimate(password, known) {
      if (waiting.size >= waitingCountMax) throw new AppError('OVERLOADED', { retryAfterMs });
      const { score, warning } = await ask({ password, known }, answerTimeoutMs);
      return { score, warning };
    },
    [Symbol.asyncDispose]: stop,
  };
}
