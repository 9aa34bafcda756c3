export type HostHealth = Disposable & {
  /** Taken out after a failure, until the server answers again. */
  readonly isOut: boolean;
  /** Takes the server out. While it is out, nothing changes. */
  reportFailure(): void;
  /**
   * Waits for a server that is away: it is probed at once, and every 250 ms as long as somebody waits. Resolves with true when it answers
   * again; with false when it is not away, because it is not out or answers the first probe, when the signal aborts, or at the end.
   */
  hasReturned(signal: AbortSignal): Promise<boolean>;
  /** A request went well: brings the server back, and its next failure is the first again. */
  reportSuccess(): void;
};

export type HostHealthDeps = {
  /** A cheap question that a working server answers. Rejects when it does not. */
  probe: (signal: AbortSignal) => Promise<unknown>;
  /** Told once for each time it is taken out, with the milliseconds to the first probe. */
  onOut: (probeInMs: number) => void;
  /** Told once for each time it is out and does not answer a probe. */
  onAway: () => void;
  onBack: () => void;
};

export const probeDelayMs = { min: 1_000, max: 30_000 };
const awaitedProbeDelayMs = 250;
const probeTimeoutMs = 2_000;

/**
 * A circuit breaker: a server that failed gets no requests until a probe of it succeeds. The first probe is made after a second,
 * each further one after twice the time, up to 30 s. A server that answers probes but fails requests stays out longer each time,
 * because only a request that went well resets the delay.
 */
export function createHostHealth({ probe, onOut, onAway, onBack }: HostHealthDeps): HostHealth {
  let delayMs = probeDelayMs.min;
  let timer: NodeJS.Timeout | undefined;
  let probing: AbortController | undefined;
  let isOut = false;
  /** Out, and it did not answer its latest probe. */
  let isAway = false;
  const waiting = new Set<(hasReturned: boolean) => void>();

  function probeLater() {
    if (waiting.size > 0) return probeIn(awaitedProbeDelayMs);
    probeIn(delayMs);
    delayMs = Math.min(delayMs * 2, probeDelayMs.max);
  }

  function probeIn(ms: number) {
    clearTimeout(timer);
    timer = setTimeout(ask, ms);
    timer.unref();
  }

  function ask() {
    const asked = new AbortController();
    probing = asked;
    probe(AbortSignal.any([asked.signal, AbortSignal.timeout(probeTimeoutMs)])).then(
      () => {
        if (!asked.signal.aborted) bringBack();
      },
      () => {
        if (!asked.signal.aborted) noAnswer();
      },
    );
  }

  function noAnswer() {
    probing = undefined;
    if (!isAway) onAway();
    isAway = true;
    probeLater();
  }

  function stopProbing() {
    clearTimeout(timer);
    probing?.abort();
    probing = undefined;
  }

  function bringBack() {
    stopProbing();
    const hasReturned = isAway;
    isOut = false;
    isAway = false;
    onBack();
    settleAll(hasReturned);
  }

  function settleAll(hasReturned: boolean) {
    for (const settle of [...waiting]) settle(hasReturned);
  }

  return {
    get isOut() {
      return isOut;
    },
    reportFailure() {
      if (isOut) return;
      isOut = true;
      onOut(delayMs);
      probeLater();
    },
    async hasReturned(signal) {
      if (!isOut || signal.aborted) return false;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const giveUp = () => resolve(false);
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.add(resolve);
      // Whoever comes later waits for the probe that is due.
      if (waiting.size === 1 && probing === undefined) probeIn(0);
      const hasReturned = await promise;
      waiting.delete(resolve);
      signal.removeEventListener('abort', giveUp);
      return hasReturned;
    },
    reportSuccess() {
      delayMs = probeDelayMs.min;
      if (isOut) bringBack();
    },
    [Symbol.dispose]() {
      stopProbing();
      settleAll(false);
    },
  };
}
