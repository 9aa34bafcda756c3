import { describe, expect, it } from 'vitest';
import { createRandom, seedsOf } from './random.ts';

const draw = (seed: number) => {
  const random = createRandom(seed);
  return Array.from({ length: 50 }, () => random.below(1_000));
};

describe('random choices', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('are spread over the whole range', () => {
    const random = createRandom(3);
    const drawn = new Set(Array.from({ length: 1_000 }, () => random.below(10)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(() => random.pick([])).toThrow('nothing to choose from');
  });

  it('of a fork do not depend on how often its parent was asked', () => {
    const [one, other] = [createRandom(4), createRandom(4)];
    other.next();
    expect(one.fork('a').next()).toBe(other.fork('a').next());
    expect(one.fork('a').next()).not.toBe(one.fork('b').next());
  });
});

describe('the seeds to try', () => {
  it('are those given, or the one that TEST_SEED names', () => {
    expect(seedsOf([1, 2], {})).toEqual([1, 2]);
    expect(seedsOf([1, 2], { TEST_SEED: '99' })).toEqual([99]);
    expect(() => seedsOf([1], { TEST_SEED: 'x' })).toThrow('whole number');
  });
});
