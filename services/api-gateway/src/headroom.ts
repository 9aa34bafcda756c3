export type Headroom = {
  /** What was left to a key, and for how long that count is good. */
  note(key: string, left: { points: number; forMs: number }): void;
  /** Takes one point of what is surely left to a key. False when it may be close to its limit. */
  take(key: string): boolean;
};

export type HeadroomOptions = {
  /** So many points are not given out from memory: uses that other replicas count meanwhile fit into them. */
  reservePoints: number;
  now: () => number;
};

/** Forgetting a key costs it one wait, no more. */
const keysMax = 10_000;

/**
 * Remembers which keys were far below a limit that is counted elsewhere, so that their next uses need not wait for the count. Every use given out
 * here is taken off at once: a burst gets no more than was left above the reserve.
 */
export function createHeadroom({ reservePoints, now }: HeadroomOptions): Headroom {
  const known = new Map<string, { points: number; untilMs: number }>();
  return {
    note(key, { points, forMs }) {
      const before = known.get(key);
      known.delete(key);
      if (known.size >= keysMax) known.delete(String(known.keys().next().value));
      // Within one period a key's points only fall: uses may have been given out that are not counted yet.
      const isSamePeriod = before !== undefined && before.untilMs > now();
      known.set(key, { points: isSamePeriod ? Math.min(points, before.points) : points, untilMs: now() + forMs });
    },
    take(key) {
      const left = known.get(key);
      if (left === undefined || left.points <= reservePoints || left.untilMs <= now()) return false;
      left.points -= 1;
      return true;
    },
  };
}
