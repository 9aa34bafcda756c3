import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** How busy the event loop of this process is. */
export type LoopPressure = Disposable & {
  /** How long it pays to gather small work before doing it, in milliseconds: 0 as long as the loop has time to spare. */
  readonly windowMs: number;
};

const sampleMs = 250;
const windowMsMax = 60;
const firstWindowMs = 10;

/**
 * Watches the event loop. Under pressure, streams that would each send one token alone gather for a window, which saves most of what a token costs
 * and so relieves the loop; when it has time again the window closes.
 */
export function startLoopPressure(): LoopPressure {
  let windowMs = 0;
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    windowMs = nextWindowMs(windowMs, performance.eventLoopUtilization(now, before).utilization);
    before = now;
  }, sampleMs).unref();
  return {
    get windowMs() {
      return windowMs;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The window after a sample of the loop's utilization (0 to 1). Between the two thresholds it stays, so that it does not swing. */
export function nextWindowMs(windowMs: number, utilization: number): number {
  if (utilization > 0.8) return Math.min(windowMsMax, Math.max(firstWindowMs, windowMs * 1.5));
  if (utilization > 0.5) return windowMs;
  return windowMs > firstWindowMs ? windowMs / 1.5 : 0;
}
