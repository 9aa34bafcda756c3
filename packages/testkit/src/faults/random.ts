/** Random choices that can be made again: the same seed gives the same ones. */
export type Random = {
  /** What to give again to see the same. */
  readonly seed: number;
  /** From 0 up to and without 1. */
  next(): number;
  /** A whole number from 0 up to and without `end`. */
  below(end: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the choices; throws when there is none. */
  pick<Choice>(choices: readonly Choice[]): Choice;
  /** Another source, whose choices do not depend on how often this one is asked. */
  fork(name: string): Random;
};

/** Mulberry32: small, fast, and good enough to choose faults with. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  const below = (end: number) => Math.floor(next() * end);
  return {
    seed,
    next,
    below,
    chance: (probability) => next() < probability,
    pick(choices) {
      const index = below(choices.length);
      const choice = choices[index];
      if (index >= choices.length || choice === undefined) throw new Error('nothing to choose from');
      return choice;
    },
    fork: (name) => createRandom(hash(`${seed} ${name}`)),
  };
}

/** The seeds to try: the one that TEST_SEED names, to see a failure again, else those given. */
export function seedsOf(
  given: readonly number[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): number[] {
  const wanted = env.TEST_SEED ?? '';
  if (wanted === '') return [...given];
  if (!/^\d+$/.test(wanted)) throw new Error(`TEST_SEED must be a whole number, not ${wanted}`);
  return [Number(wanted)];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
