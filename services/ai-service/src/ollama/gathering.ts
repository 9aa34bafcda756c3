/** How long text of one reply is gathered before it is handed on, after each part. */
export type Gathering = {
  /** The pause after a part of `chunkCount` objects of the stream, in milliseconds; 0 hands on what comes at once. */
  pauseMsAfter(chunkCount: number): number;
};

/** Below this rate each token leaves at once: joining any two would show. */
const unjoinedPerSecondMax = 80;
/** So many tokens make a part cheap enough: what is around a frame weighs about as much as their text. */
const tokensPerPart = 20;
const pauseMsMax = 100;
/** Shorter ones are not worth a timer: what comes within one turn of the event loop is joined anyway. */
const pauseMsMin = 5;
/** Timers of many replies that are due together cost less. */
const stepMs = 5;
/** A pause in which fewer tokens come joins next to nothing: it costs a timer and time for naught. */
const tokensPerPauseMin = 1.5;
/** How much of the rate so far counts at the next part. */
const inertia = 0.8;

/**
 * Gathers by the pace of the reply: from 80 tokens a second on, pauses grow until about 20 tokens go together, and never exceed 100 ms; nobody reads
 * that fast. Under pressure on the event loop a reply gathers for `pressure.windowMs` at least, if more than one token comes in that time.
 */
export function createGathering(pressure: { readonly windowMs: number }, now = () => performance.now()): Gathering {
  let perSecond = 0;
  let partAtMs: number | undefined;

  return {
    pauseMsAfter(chunkCount) {
      const nowMs = now();
      const elapsedMs = Math.max(1, nowMs - (partAtMs ?? nowMs));
      // The first part says nothing of the rate: it has been waited for.
      if (partAtMs !== undefined) perSecond = inertia * perSecond + (1 - inertia) * ((chunkCount * 1_000) / elapsedMs);
      partAtMs = nowMs;
      const { windowMs } = pressure;
      const isWorthIt = (windowMs / 1_000) * perSecond >= tokensPerPauseMin;
      const pauseMs = Math.max(isWorthIt ? windowMs : 0, pauseMsAt(perSecond));
      return pauseMs < pauseMsMin ? 0 : Math.ceil(pauseMs / stepMs) * stepMs;
    },
  };
}

function pauseMsAt(perSecond: number): number {
  if (perSecond <= unjoinedPerSecondMax) return 0;
  return Math.min(perSecond - unjoinedPerSecondMax, (tokensPerPart * 1_000) / perSecond, pauseMsMax);
}
