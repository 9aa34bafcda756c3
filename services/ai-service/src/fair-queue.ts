/**
 * Whose turn it is. `resumed`: had a place and lost it through no fault of its own, so it goes before all others and is never
 * refused. `turn`: waits for its key's turn in the round. `idle`: takes what nobody else wants, and is the first to be refused.
 */
export type Rank = 'resumed' | 'turn' | 'idle';

/**
 * waiting: in the queue; running: holds one of the places; refused: the queue was full; displaced: sent away by displaceWaiting;
 * left: given back.
 */
export type PlaceState = 'waiting' | 'running' | 'refused' | 'displaced' | 'left';

/** A call's place. Disposing of it gives it back, or takes it out of the queue, at once; doing so twice is harmless. */
export type Place = Disposable & {
  readonly state: PlaceState;
  /** While it waits, how many are served up to this one, itself included; else 0. */
  readonly position: number;
  /** Resolves when it does not wait any more. */
  readonly settled: Promise<void>;
};

export type FairQueueOptions = {
  /** How many run at once. */
  parallel: number;
  /** How many wait; resumed ones are not counted. */
  waitingMax: number;
  /** How many of one key run at once, over all queues that share the limit. */
  limit: RunningLimit;
};

type EnterInput = {
  /** Calls of one key take turns with those of other keys as one. A call without a key stands for itself. */
  key?: string | undefined;
  rank: Rank;
};

type Key = string | symbol;

/**
 * Hands out the places on one server: round robin over keys, first come first served within a key. A key that has as many running
 * as it may is passed over and keeps its turn. When more wait than may, the newest idle call is refused, else the newest call of
 * the key with the most waiting ones: nobody can fill the queue against the others. Everything happens synchronously, without a
 * clock.
 *
 * A position only ever falls, except that newcomers go before idle calls, resumed ones go before all, and one of another key may go
 * before a call that is not the first of its own; each newcomer takes one place.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #resumed: QueuedPlace[] = [];
  /** The waiting ones of each key. The order of the keys is that of the round: whoever was served goes to its end. */
  readonly #round = new Map<Key, QueuedPlace[]>();
  readonly #idle: QueuedPlace[] = [];
  #runningCount = 0;
  /** Made when somebody asks, and dropped with every change. */
  #positions: ReadonlyMap<Place, number> | undefined;

  constructor(options: FairQueueOptions) {
    this.#options = options;
    options.limit.onFreed(() => this.#serve());
  }

  get runningCount(): number {
    return this.#runningCount;
  }

  get waitingCount(): number {
    return this.#resumed.length + this.#countedCount();
  }

  get isFull(): boolean {
    return this.#countedCount() >= this.#options.waitingMax;
  }

  /** Takes a place, or gets in line for one. The state of what is returned says which, or that the queue is full. */
  enter({ key, rank }: EnterInput): Place {
    const place = new QueuedPlace({
      key: key ?? Symbol('no key'),
      rank,
      positionOf: (waiting) => this.#positionOf(waiting),
      leave: (leaving) => this.#leave(leaving),
    });
    this.#append(place);
    this.#serve();
    if (this.#countedCount() > this.#options.waitingMax) this.#settle(this.#mostDispensable(place), 'refused');
    return place;
  }

  /** Sends all that wait away, to look for another server. */
  displaceWaiting(): void {
    for (const place of [...this.#inOrder()]) this.#settle(place, 'displaced');
  }

  #countedCount(): number {
    let count = this.#idle.length;
    for (const places of this.#round.values()) count += places.length;
    return count;
  }

  #append(place: QueuedPlace): void {
    const places = this.#lineOf(place);
    places.push(place);
    if (place.rank === 'turn') this.#round.set(place.key, places);
    this.#positions = undefined;
  }

  #lineOf({ key, rank }: QueuedPlace): QueuedPlace[] {
    if (rank === 'resumed') return this.#resumed;
    if (rank === 'idle') return this.#idle;
    return this.#round.get(key) ?? [];
  }

  #serve(): void {
    const { parallel, limit } = this.#options;
    while (this.#runningCount < parallel) {
      const place = this.#next();
      if (place === undefined) return;
      this.#runningCount += 1;
      limit.take(place.key);
      this.#settle(place, 'running');
    }
  }

  #next(): QueuedPlace | undefined {
    const [resumed] = this.#resumed;
    if (resumed !== undefined) return resumed;
    for (const [key, places] of this.#round) {
      if (!this.#options.limit.allows(key)) continue;
      // To the end of the round; taking its last one out of the line takes the key out.
      this.#round.delete(key);
      this.#round.set(key, places);
      return places[0];
    }
    return this.#idle[0];
  }

  /** Among keys with equally many, the one that has just come makes no other one go. */
  #mostDispensable(newcomer: QueuedPlace): QueuedPlace {
    const idle = this.#idle.at(-1);
    if (idle !== undefined) return idle;
    let longest = this.#round.get(newcomer.key) ?? [];
    for (const places of this.#round.values()) if (places.length > longest.length) longest = places;
    return longest.at(-1) ?? newcomer;
  }

  #settle(place: QueuedPlace, state: Exclude<PlaceState, 'waiting'>): void {
    const places = this.#lineOf(place);
    places.splice(places.indexOf(place), 1);
    if (place.rank === 'turn' && places.length === 0) this.#round.delete(place.key);
    this.#positions = undefined;
    place.settle(state);
  }

  #leave(place: QueuedPlace): void {
    if (place.state === 'waiting') {
      this.#settle(place, 'left');
    } else if (place.state === 'running') {
      place.settle('left');
      this.#runningCount -= 1;
      // Serves this queue, too.
      this.#options.limit.give(place.key);
    }
  }

  #positionOf(place: Place): number {
    this.#positions ??= new Map([...this.#inOrder()].map((waiting, index) => [waiting, index + 1]));
    return this.#positions.get(place) ?? 0;
  }

  /** The order in which the waiting ones are served when no key has too many running and nobody comes or goes. */
  *#inOrder(): Generator<QueuedPlace> {
    yield* this.#resumed;
    let lines = [...this.#round.values()];
    for (let depth = 0; lines.length > 0; depth += 1) {
      lines = lines.filter(({ length }) => length > depth);
      for (const places of lines) {
        const place = places[depth];
        if (place !== undefined) yield place;
      }
    }
    yield* this.#idle;
  }
}

/** How many calls of each key run, over all the queues that share it. */
export class RunningLimit {
  readonly #perKeyMax: number;
  readonly #running = new Map<Key, number>();
  readonly #listeners: (() => void)[] = [];

  constructor(perKeyMax: number) {
    this.#perKeyMax = perKeyMax;
  }

  allows(key: Key): boolean {
    return (this.#running.get(key) ?? 0) < this.#perKeyMax;
  }

  take(key: Key): void {
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  /** Counts one less, then tells everybody who listens: another call of the key may run now, on any server. */
  give(key: Key): void {
    const left = (this.#running.get(key) ?? 0) - 1;
    if (left > 0) this.#running.set(key, left);
    else this.#running.delete(key);
    for (const listener of this.#listeners) listener();
  }

  onFreed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** How many keys have calls running. */
  get keyCount(): number {
    return this.#running.size;
  }
}

type QueuedPlaceDeps = {
  key: Key;
  rank: Rank;
  positionOf: (place: Place) => number;
  leave: (place: QueuedPlace) => void;
};

class QueuedPlace implements Place {
  readonly key: Key;
  readonly rank: Rank;
  readonly #deps: QueuedPlaceDeps;
  readonly #settled = Promise.withResolvers<void>();
  #state: PlaceState = 'waiting';

  constructor(deps: QueuedPlaceDeps) {
    this.key = deps.key;
    this.rank = deps.rank;
    this.#deps = deps;
  }

  get state(): PlaceState {
    return this.#state;
  }

  get position(): number {
    return this.#state === 'waiting' ? this.#deps.positionOf(this) : 0;
  }

  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  settle(state: Exclude<PlaceState, 'waiting'>): void {
    this.#state = state;
    this.#settled.resolve();
  }

  [Symbol.dispose](): void {
    this.#deps.leave(this);
  }
}
