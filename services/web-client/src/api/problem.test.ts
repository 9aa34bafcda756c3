import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseProblem } from './problem.ts';

it('a problem is read as it is', () => {
  const body = { type: 'about:blank', title: 'Too much', status: 429, reason: 'RATE_LIMITED', retryable: true };
  expect(parseProblem(body, 429)).toMatchObject({ title: 'Too much', status: 429, reason: 'RATE_LIMITED' });
});

it('whatever a proxy answers instead becomes a problem with a reason and the status', () => {
  const damaged = fc
    .tuple(fc.constantFrom('title', 'status', 'reason', 'errors', 'current', 'requestId'), fc.jsonValue())
    .map(([name, value]) => ({ title: 'x', status: 502, reason: 'UNAVAILABLE', [name]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.string(), damaged), fc.integer({ min: 400, max: 599 }), (body, status) => {
      const problem = parseProblem(body, status);
      expect(typeof problem.reason === 'string' && typeof problem.status === 'number').toBe(true);
    }),
  );
});
