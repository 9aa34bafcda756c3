const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on the Ctrl-C that the terminal has sent to us as well: so close together, two are one. */
const echoMs = 500;

/**
 * Resolves at the first signal that asks to stop. One more, unless it is the echo of the first, means that stopping takes
 * too long: onForce is called.
 */
export function waitForStopSignal(process: NodeJS.Process, onForce: () => void): Promise<void> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = () => {
      const nowMs = performance.now();
      firstAtMs ??= nowMs;
      if (nowMs - firstAtMs > echoMs) onForce();
      resolve();
    };
    for (const signal of stopSignals) process.on(signal, onSignal);
  });
}
