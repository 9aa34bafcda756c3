/** Whose turn it is: everyone's once in an interval, and never many at a time. */
export type Rota<Item> = {
  /** The first turn comes an interval later. */
  add(item: Item): void;
  delete(item: Item): void;
  /** Takes those whose turn it is, the longest waiting first. To be called every `stepMs`. */
  take(): Item[];
  readonly stepMs: number;
};

/** An interval has so many steps, each for its share of the items. */
const stepCount = 10;

/**
 * Spreads work that each item needs every `intervalMs` evenly over that time, however many began at once. An item that has waited for two intervals is
 * taken in any case.
 */
export function createRota<Item>(intervalMs: (itemCount: number) => number, now = () => performance.now()): Rota<Item> {
  /** When each had its last turn, in that order. */
  const turns = new Map<Item, number>();
  return {
    stepMs: Math.floor(intervalMs(0) / stepCount),
    add: (item) => void turns.set(item, now()),
    delete: (item) => void turns.delete(item),
    take() {
      const nowMs = now();
      const everyMs = intervalMs(turns.size);
      // Twice the even share, so that a backlog goes within an interval.
      const shareMax = Math.ceil((2 * turns.size) / stepCount);
      const taken: Item[] = [];
      for (const [item, turnAtMs] of turns) {
        const waitedMs = nowMs - turnAtMs;
        if (waitedMs < everyMs || (taken.length >= shareMax && waitedMs < 2 * everyMs)) break;
        taken.push(item);
      }
      for (const item of taken) {
        turns.delete(item);
        turns.set(item, nowMs);
      }
      return taken;
    },
  };
}
