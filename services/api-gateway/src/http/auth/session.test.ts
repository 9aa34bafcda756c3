import type { Request } from 'express';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRefreshCookie } from './session.ts';

const cookies = { secure: true };
const requestWith = (cookie: string | undefined) => ({ headers: { cookie } }) as Request;

it('the refresh token is found among other cookies', () => {
  const others = fc.stringMatching(/^([a-z]=[\w%]{0,8}; )*$/);
  fc.assert(
    fc.property(others, fc.stringMatching(/^[\w-]{1,64}$/), (before, token) => {
      expect(readRefreshCookie(requestWith(`${before}__Host-refresh=${token}; z=1`), cookies)).toBe(token);
    }),
  );
});

it('any other header holds none, and breaks nothing', () => {
  expect(readRefreshCookie(requestWith(undefined), cookies)).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      expect(readRefreshCookie(requestWith(header), cookies)).toBeUndefined();
    }),
  );
});
