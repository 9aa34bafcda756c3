import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readOneTimeCode } from './use-second-factor.ts';

it('six digits are a code however they are spaced', () => {
  const spaces = fc.stringMatching(/^\s*$/);
  const digits = fc.stringMatching(/^[0-9]{6}$/);
  fc.assert(
    fc.property(digits, spaces, spaces, spaces, (code, before, within, after) => {
      expect(readOneTimeCode(before + code.slice(0, 3) + within + code.slice(3) + after)).toBe(code);
    }),
  );
});

it('of anything else nothing is taken for one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(readOneTimeCode(text) ?? '000000').toMatch(/^[0-9]{6}$/);
    }),
  );
});
