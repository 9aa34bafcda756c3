import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromTimestamp, toTimestamp } from './time.ts';

it('brings every date back unchanged, by a timestamp that protobuf accepts', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      const timestamp = toTimestamp(date);
      expect(Number.isSafeInteger(timestamp.seconds)).toBe(true);
      expect(Number.isInteger(timestamp.nanos) && timestamp.nanos >= 0 && timestamp.nanos < 1e9).toBe(true);
      expect(fromTimestamp(timestamp)).toEqual(date);
    }),
  );
});

it.each([
  [{ seconds: 1, nanos: 1_999_999 }, 1_001],
  [{ seconds: -1, nanos: 500_000_000 }, -500],
])('reads %j and cuts off what is finer than a millisecond', (timestamp, expectedMs) => {
  expect(fromTimestamp(timestamp).getTime()).toBe(expectedMs);
});
