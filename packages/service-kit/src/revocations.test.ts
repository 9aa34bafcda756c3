import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRevocation, encodeRevocation, type Revocation, revocationCauses } from './revocations.ts';

const cause = fc.constantFrom(...revocationCauses);
const revocation: fc.Arbitrary<Revocation> = fc.oneof(
  fc.record({ kind: fc.constant('session' as const), sessionId: fc.uuid(), cause }),
  fc.record({ kind: fc.constant('account' as const), userId: fc.uuid(), tokenVersion: fc.integer({ min: 1 }), cause }),
);

describe('a revocation as text', () => {
  it('gives the same revocation again', () => {
    fc.assert(
      fc.property(revocation, (value) => void expect(decodeRevocation(encodeRevocation(value))).toEqual(value)),
    );
  });

  it('that is anything else is none, and never an error', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(decodeRevocation(text)).toBeUndefined()));
  });

  it.each([
    's:not-an-id:logout',
    's:01890000-0000-7000-8000-000000000000:no_such_cause',
    's:01890000-0000-7000-8000-000000000000',
    'u:01890000-0000-7000-8000-000000000000:0:logout',
    'u:01890000-0000-7000-8000-000000000000:x:logout',
    'x:01890000-0000-7000-8000-000000000000:logout',
  ])('%s is none', (text) => {
    expect(decodeRevocation(text)).toBeUndefined();
  });
});
