export type HostHealth = Disposable & {
  /** Taken out after a failure, until the server answers again. */
  readonly isOut: boolean;
  /** Takes the server out. While it is out, nothing changes. */
  reportFailure(): void;
  /** A request went well: brings the server back, and its next failure is the first again. */
  reportSuccess(): void;
};

export type HostHealthDeps = {
  /** A cheap question that a working server answers. Rejects when it does not. */
  probe: (signal: AbortSignal) => Promise<unknown>;
  /** Told once for each time it is taken out, with the milliseconds to the first probe. */
  onOut: (probeInMs: number) => void;
  onBack: () => void;
};

export const probeDelayMs = { min: 1_000, max: 30_000 };
const probeTimeoutMs = 2_000;

/**
 * A circuit breaker: a server that failed gets no requests until a probe of it succeeds. The first probe is made after a second,
 * each further one after twice the time, up to 30 s. A server that answers probes but fails requests stays out longer each time,
 * because only a request that went well resets the delay.
 */
export function createHostHealth({ probe, onOut, onBack }: HostHealthDeps): HostHealth {
  let delayMs = probeDelayMs.min;
  let timer: NodeJS.Timeout | undefined;
  let probing: AbortController | undefined;
  let isOut = false;

  function probeLater() {
    timer = setTimeout(ask, delayMs);
    timer.unref();
    delayMs = Math.min(delayMs * 2, probeDelayMs.max);
  }

  function ask() {
    const asked = new AbortController();
    probing = asked;
    probe(AbortSignal.any([asked.signal, AbortSignal.timeout(probeTimeoutMs)])).then(
      () => {
        if (!asked.signal.aborted) bringBack();
      },
      () => {
        if (!asked.signal.aborted) probeLater();
      },
    );
  }

  function stopProbing() {
    clearTimeout(timer);
    probing?.abort();
  }

  function bringBack() {
    stopProbing();
    isOut = false;
    onBack();
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
    reportSuccess() {
      delayMs = probeDelayMs.min;
      if (isOut) bringBack();
    },
    [Symbol.dispose]: stopProbing,
  };
}
