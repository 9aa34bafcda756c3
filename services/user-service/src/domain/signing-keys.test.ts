import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseSigningKey, publishAheadMs } from './signing-keys.ts';

const nowMs = Date.UTC(2026, 10, 24);
const aged = (...minutes: number[]) => minutes.map((age) => ({ createdAtMs: nowMs - age * 60_000 }));

it.each([
  ['the only key, however new', [0], 0],
  ['the older of two while the newer is too new', [1, 1_000], 1_000],
  ['the newer of two from the moment at which it was published long enough', [30, 1_000], 30],
  ['the oldest of several that are all too new', [1, 2, 3], 3],
  ['the newest of those that are old enough', [5, 40, 1_000, 2_000], 40],
])('signs with %s', (_name, ages, expected) => {
  expect(chooseSigningKey(aged(...ages), nowMs)).toEqual(aged(expected)[0]);
});

it('never signs with a key that a verifier may not have seen, once there is another', () => {
  const ages = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1 });
  fc.assert(
    fc.property(ages, (minutes) => {
      const { createdAtMs } = chooseSigningKey(aged(...minutes), nowMs);
      const isOldest = createdAtMs === nowMs - Math.max(...minutes) * 60_000;
      expect(isOldest || createdAtMs + publishAheadMs <= nowMs).toBe(true);
    }),
  );
});
