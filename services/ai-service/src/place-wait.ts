import { setTimeout as delay } from 'node:timers/promises';
import type { Place } from './fair-queue.ts';

/** At most four positions a second. */
const lookEveryMs = 250;

/**
 * Yields the position of a place that waits, then each other one that it has got to by the next look, until it does not wait any
 * more. Aborting the signal takes it out of the queue at once; throws the reason of the signal then.
 */
export async function* positionsOf(place: Place, signal: AbortSignal): AsyncGenerator<number> {
  if (place.state !== 'waiting') return;
  using _leaving = leaveOnAbort(place, signal);
  const pause = pausesOf(place);
  let told = 0;
  for (; place.state === 'waiting'; await pause()) {
    const { position } = place;
    if (position !== told) yield position;
    told = position;
  }
  signal.throwIfAborted();
}

/** Resolves when the place does not wait any more, or after the time. Aborting the signal is the same as in positionsOf. */
export async function settledWithin(
  place: Place,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  if (place.state !== 'waiting') return;
  using _leaving = leaveOnAbort(place, signal);
  const inTime = new AbortController();
  await Promise.race([place.settled, delay(timeoutMs, undefined, { signal: inTime.signal }).catch(() => {})]);
  inTime.abort();
  signal.throwIfAborted();
}

function leaveOnAbort(place: Place, signal: AbortSignal): Disposable {
  const leave = () => place[Symbol.dispose]();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', leave) };
}

/**
 * Makes pauses that end early when the place is settled. However many there are, they hang one reaction on `settled`: a call may
 * wait for half an hour.
 */
function pausesOf(place: Place): () => Promise<void> {
  let wake = () => {};
  place.settled.then(() => wake());
  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (place.state !== 'waiting') wake();
    });
}
