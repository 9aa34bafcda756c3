/** The part of an Engine.IO connection, or of an HTTP response, that tells when what waits has been written. */
export type Drainable = {
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
};

/** A reader that takes nothing for so long will not come back by itself. */
const defaultPatienceMs = 30_000;

/** Resolves when the connection takes more, or is closed. After `patienceMs`, by default 30 s, it calls `giveUp` and resolves, too. */
export function drainOrGiveUp(
  connection: Drainable,
  giveUp: () => void,
  patienceMs: number = defaultPatienceMs,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      connection.off('drain', done);
      connection.off('close', done);
      resolve();
    };
    const timer = setTimeout(() => {
      giveUp();
      done();
    }, patienceMs);
    connection.on('drain', done);
    connection.on('close', done);
  });
}
