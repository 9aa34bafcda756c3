import { setTimeout as delay } from 'node:timers/promises';

/**
 * Begins so many calls a second, whatever becomes of those before, until the signal aborts; resolves when all have ended. A call that fails ends it
 * at once, with its error.
 */
export async function repeatSteadily(
  { perSecond, signal }: { perSecond: number; signal: AbortSignal },
  call: (count: number) => Promise<void>,
): Promise<void> {
  const pending = new Set<Promise<void>>();
  let hasFailed = false;
  let nextAtMs = performance.now();
  for (let count = 0; !signal.aborted && !hasFailed; count += 1) {
    const calling = call(count);
    pending.add(calling);
    calling.then(
      () => pending.delete(calling),
      () => {
        hasFailed = true;
      },
    );
    nextAtMs += 1_000 / perSecond;
    await delay(Math.max(0, nextAtMs - performance.now()));
  }
  await Promise.all(pending);
}
