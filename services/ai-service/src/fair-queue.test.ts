import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue, type Place, type Rank, RunningLimit } from './fair-queue.ts';

function queueOf({ parallel = 1, waitingMax = 64, perKeyMax = Number.POSITIVE_INFINITY } = {}) {
  return new FairQueue({ parallel, waitingMax, limit: new RunningLimit(perKeyMax) });
}

/** Enters calls by their keys. */
function line(queue: FairQueue, keys: string, rank: Rank = 'turn'): Place[] {
  return [...keys].map((key) => queue.enter({ key, rank }));
}

const leave = (place: Place | undefined) => place?.[Symbol.dispose]();
const states = (places: readonly Place[]) => places.map(({ state }) => state);
const positions = (places: readonly Place[]) => places.map(({ position }) => position);

/** Ends whatever runs, until nothing does; returns the places in the order in which they were served. */
function drain(places: readonly Place[]): Place[] {
  const served: Place[] = [];
  for (;;) {
    const running = places.find(({ state }) => state === 'running');
    if (running === undefined) return served;
    served.push(running);
    leave(running);
  }
}

describe('FairQueue', () => {
  it('serves at once while there are places, and only then', () => {
    const places = line(queueOf({ parallel: 2 }), 'abc');
    expect(states(places)).toEqual(['running', 'running', 'waiting']);
    expect(positions(places)).toEqual([0, 0, 1]);
  });

  it('takes turns between keys, in the order of arrival within a key', () => {
    const queue = queueOf();
    const places = line(queue, 'xaaabbc');
    expect(positions(places)).toEqual([0, 1, 4, 6, 2, 5, 3]);
    const [x, a1, a2, a3, b1, b2, c] = places;
    expect(drain(places)).toEqual([x, a1, b1, c, a2, b2, a3]);
  });

  it('passes over a key that has as many running as it may, which keeps its turn', () => {
    const queue = queueOf({ parallel: 3, perKeyMax: 2 });
    const places = line(queue, 'aaab');
    expect(states(places)).toEqual(['running', 'running', 'waiting', 'running']);
    leave(places[3]);
    expect(places[2]?.state).toBe('waiting');
    leave(places[0]);
    expect(places[2]?.state).toBe('running');
  });

  it('counts what a key has running on all servers together, and serves it where it waits', () => {
    const limit = new RunningLimit(1);
    const [first, second] = [0, 1].map(() => new FairQueue({ parallel: 1, waitingMax: 9, limit }));
    const here = first?.enter({ key: 'a', rank: 'turn' });
    const there = second?.enter({ key: 'a', rank: 'turn' });
    expect([here?.state, there?.state]).toEqual(['running', 'waiting']);
    leave(here);
    expect(there?.state).toBe('running');
  });

  it('lets resumed calls go first, past every limit but that of running ones, and idle ones last', () => {
    const queue = queueOf({ waitingMax: 2, perKeyMax: 1 });
    const running = queue.enter({ key: 'a', rank: 'turn' });
    const idle = queue.enter({ rank: 'idle' });
    const turn = queue.enter({ key: 'b', rank: 'turn' });
    const resumed = queue.enter({ key: 'a', rank: 'resumed' });
    expect(positions([resumed, turn, idle])).toEqual([1, 2, 3]);
    expect(drain([running, idle, turn, resumed])).toEqual([running, resumed, turn, idle]);
  });

  it('refuses the newest call of whoever waits with the most, so that nobody fills the queue against others', () => {
    const queue = queueOf({ waitingMax: 4 });
    const many = line(queue, 'aaaaa');
    const [b1, b2] = line(queue, 'bb');
    expect(states(many)).toEqual(['running', 'waiting', 'waiting', 'refused', 'refused']);
    expect([b1?.state, b2?.state]).toEqual(['waiting', 'waiting']);
    expect(line(queue, 'b')[0]?.state).toBe('refused');
  });

  it('refuses the newcomer when all wait with equally many, and an idle call before anybody else', () => {
    const queue = queueOf({ waitingMax: 2 });
    const [, idle, b] = [...line(queue, 'a'), queue.enter({ rank: 'idle' }), ...line(queue, 'b')];
    const [c] = line(queue, 'c');
    expect([idle?.state, b?.state, c?.state]).toEqual(['refused', 'waiting', 'waiting']);
    expect([queue.enter({ rank: 'idle' }).state, ...states(line(queue, 'd'))]).toEqual(['refused', 'refused']);
  });

  it('refuses the newcomer also when its key comes first in the round', () => {
    const queue = queueOf({ waitingMax: 3 });
    const places = line(queue, 'xabba');
    expect(states(places)).toEqual(['running', 'waiting', 'waiting', 'waiting', 'refused']);
  });

  it('sends all away that wait, and none that run', () => {
    const queue = queueOf();
    const places = [...line(queue, 'aab'), ...line(queue, 'c', 'resumed'), ...line(queue, 'd', 'idle')];
    queue.displaceWaiting();
    expect(states(places)).toEqual(['running', 'displaced', 'displaced', 'displaced', 'displaced']);
    expect(queue.waitingCount).toBe(0);
  });

  it('tells whoever waits as soon as it does not', async () => {
    const [running, served, left] = line(queueOf(), 'abc');
    leave(left);
    leave(running);
    await Promise.all([served?.settled, left?.settled]);
    expect([served?.state, left?.state]).toEqual(['running', 'left']);
  });
});

type Step = { readonly queue: number; readonly key: number; readonly rank: Rank } | { readonly leaver: number };

const keyCount = 5;
const enterStep = fc.record({
  queue: fc.nat({ max: 1 }),
  key: fc.nat({ max: keyCount - 1 }),
  rank: fc.constantFrom<Rank>('turn', 'turn', 'turn', 'turn', 'resumed', 'idle'),
});
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: enterStep }, fc.record({ leaver: fc.nat() })), {
  maxLength: 120,
});
const limits = fc.record({
  parallel: fc.integer({ min: 1, max: 4 }),
  waitingMax: fc.integer({ min: 1, max: 12 }),
  perKeyMax: fc.integer({ min: 1, max: 3 }),
});
type Limits = { readonly parallel: number; readonly waitingMax: number; readonly perKeyMax: number };

type Entry = { readonly place: Place; readonly queue: number; readonly key: string; readonly rank: Rank };

/** Two servers that share a limit, and everybody who ever came. */
function startWorld({ parallel, waitingMax, perKeyMax }: Limits) {
  const limit = new RunningLimit(perKeyMax);
  const queues = [0, 1].map(() => new FairQueue({ parallel, waitingMax, limit }));
  const entries: Entry[] = [];
  const inState = (state: string) => entries.filter(({ place }) => place.state === state);
  function take(step: Step): Entry | undefined {
    if ('leaver' in step) {
      const here = [...inState('waiting'), ...inState('running')];
      leave(here[step.leaver % here.length]?.place);
      return undefined;
    }
    const key = `user-${step.key}`;
    const place = queues[step.queue]?.enter({ key, rank: step.rank });
    if (place === undefined) throw new Error('there are two queues');
    const entry = { place, queue: step.queue, key, rank: step.rank };
    entries.push(entry);
    return entry;
  }
  return { limit, queues, entries, inState, take };
}

type World = ReturnType<typeof startWorld>;

function forEveryHistory(check: (world: World, given: { limits: Limits; steps: readonly Step[] }) => void) {
  fc.assert(
    fc.property(limits, steps, (given, history) => check(startWorld(given), { limits: given, steps: history })),
    { numRuns: 300 },
  );
}

describe('whoever comes and goes, in whatever order', () => {
  it('no more run than may, on a server and of a key, and no place stays free while somebody may have it', () => {
    forEveryHistory((world, { limits: { parallel, waitingMax, perKeyMax }, steps: history }) => {
      for (const step of history) {
        world.take(step);
        const running = world.inState('running');
        const full = new Set(
          Array.from({ length: keyCount }, (_, key) => `user-${key}`).filter(
            (key) => running.filter((entry) => entry.key === key).length >= perKeyMax,
          ),
        );
        for (const [index, queue] of world.queues.entries()) {
          const waiting = world.inState('waiting').filter((entry) => entry.queue === index);
          expect(running.filter((entry) => entry.queue === index)).toHaveLength(queue.runningCount);
          expect(queue.runningCount).toBeLessThanOrEqual(parallel);
          expect(waiting.filter(({ rank }) => rank !== 'resumed').length).toBeLessThanOrEqual(waitingMax);
          if (queue.runningCount === parallel) continue;
          expect(waiting.filter(({ key, rank }) => rank !== 'turn' || !full.has(key))).toEqual([]);
        }
        for (const key of full) {
          const normal = running.filter((entry) => entry.key === key && entry.rank === 'turn');
          expect(normal.length).toBeLessThanOrEqual(perKeyMax);
        }
      }
    });
  });

  it('the positions on a server are 1, 2, 3 and so on, and rise only where the rules allow it, by one', () => {
    forEveryHistory((world, { steps: history }) => {
      for (const step of history) {
        const before = new Map(world.inState('waiting').map((entry) => [entry, entry.place.position]));
        const firsts = new Set(world.inState('waiting').filter((entry) => isFirstOfKey(world, entry)));
        const newcomer = world.take(step);
        for (const [entry, position] of before) {
          const rise = entry.place.position - position;
          const mayRise =
            newcomer?.queue === entry.queue &&
            (newcomer.rank === 'resumed' ||
              entry.rank === 'idle' ||
              (newcomer.rank === 'turn' && newcomer.key !== entry.key && !firsts.has(entry)));
          if (entry.place.state === 'waiting') expect(rise).toBeLessThanOrEqual(mayRise ? 1 : 0);
        }
        for (const index of world.queues.keys()) {
          const waiting = world.inState('waiting').filter((entry) => entry.queue === index);
          const sorted = positions(waiting.map(({ place }) => place)).sort((left, right) => left - right);
          expect(sorted).toEqual(waiting.map((_, place) => place + 1));
        }
      }
    });
  });

  it('everybody is served, refused or gone in the end, and nothing is left behind', () => {
    forEveryHistory((world, { steps: history }) => {
      for (const step of history) world.take(step);
      drain(world.entries.map(({ place }) => place));
      expect(world.entries.filter(({ place }) => !['left', 'refused'].includes(place.state))).toEqual([]);
      expect(world.queues.map(({ runningCount, waitingCount }) => runningCount + waitingCount)).toEqual([0, 0]);
      expect(world.limit.keyCount).toBe(0);
    });
  });

  it('resumed calls are never refused', () => {
    forEveryHistory((world, { steps: history }) => {
      for (const step of history) world.take(step);
      expect(world.inState('refused').filter(({ rank }) => rank === 'resumed')).toEqual([]);
    });
  });
});

function isFirstOfKey(world: World, { queue, key, place }: Entry): boolean {
  const sameLine = world
    .inState('waiting')
    .filter((entry) => entry.queue === queue && entry.key === key && entry.rank === 'turn');
  return sameLine[0]?.place === place;
}

it('a key that waits is served after as many ends as its position says, whatever the others pour in meanwhile', () => {
  const flood = fc.array(fc.nat({ max: 3 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), flood, fc.infiniteStream(flood), (parallel, before, during) => {
      const queue = queueOf({ parallel, waitingMax: 1_000 });
      const others = [...before, ...Array(parallel).fill(0)].map((key) => queue.enter({ key: `${key}`, rank: 'turn' }));
      const patient = queue.enter({ key: 'patient', rank: 'turn' });
      const { position } = patient;
      expect(position).toBeLessThanOrEqual(5);
      for (let ends = 1; ends <= position; ends += 1) {
        expect(patient.state).toBe('waiting');
        const newcomers: number[] = during.next().value ?? [];
        others.push(...newcomers.map((key) => queue.enter({ key: `${key}`, rank: 'turn' })));
        leave(others.find(({ state }) => state === 'running'));
      }
      expect(patient.state).toBe('running');
    }),
  );
});
