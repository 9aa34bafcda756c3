/** The streams of server-sent events that are open on this replica; their readers go on elsewhere from their last frame. */
export type OpenStreams = {
  /** Counts a stream among the open ones until it is disposed of. `close` is called at most once, and at once while draining. */
  add(close: () => void): Disposable;
  /** Closes those that are open now. */
  closeAll(): void;
  /** Closes all, those to come included. */
  drain(): void;
};

export function createOpenStreams(): OpenStreams {
  const closers = new Set<() => void>();
  let draining = false;

  function closeAll() {
    for (const close of closers) close();
    closers.clear();
  }

  return {
    add(close) {
      if (draining) close();
      else closers.add(close);
      return { [Symbol.dispose]: () => void closers.delete(close) };
    },
    closeAll,
    drain() {
      draining = true;
      closeAll();
    },
  };
}
