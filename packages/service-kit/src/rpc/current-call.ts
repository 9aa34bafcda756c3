import { AsyncLocalStorage } from 'node:async_hooks';

const calls = new AsyncLocalStorage<AbortSignal>();

/** Does the work of a call. What is begun meanwhile finds the signal of the call with `currentCall`. */
export function inCall<Result>(signal: AbortSignal, work: () => Result): Result {
  return calls.run(signal, work);
}

/**
 * Aborts when the call that is being answered is cancelled or overdue; undefined for work that belongs to no call. It is not handed down as an
 * argument because every use case and every store would have to pass on what only the connection to the database looks at.
 */
export function currentCall(): AbortSignal | undefined {
  return calls.getStore();
}
