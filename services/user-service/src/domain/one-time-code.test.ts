import { describe, expect, it } from 'vitest';
import { createCodeSecret, describeCodeSecret, findCodeStep } from './one-time-code.ts';

/** The secret of RFC 6238, appendix B. */
const secret = new TextEncoder().encode('12345678901234567890');
const at = (seconds: number) => new Date(seconds * 1_000);

describe('findCodeStep', () => {
  // The last six of the eight digits in the RFC's table.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('knows the code of RFC 6238 at %i s', (seconds, code) => {
    expect(findCodeStep({ secret, code, at: at(seconds) })).toBe(Math.floor(seconds / 30));
  });

  it.each([
    [-60, undefined],
    [-30, 66_666_666],
    [30, 66_666_666],
    [60, undefined],
  ])('takes a clock that is %i s ahead for %s', (ahead, step) => {
    expect(findCodeStep({ secret, code: '279037', at: at(2_000_000_000 + ahead) })).toBe(step);
  });

  it.each(['279038', '27903', '2790370', '', 'abcdef', '-27903'])('refuses %j', (code) => {
    expect(findCodeStep({ secret, code, at: at(2_000_000_000) })).toBeUndefined();
  });
});

it('describes a secret as authenticator apps read it', () => {
  expect(describeCodeSecret({ secret, email: 'ada@example.org' })).toEqual({
    base32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    uri: 'otpauth://totp/Chatbot:ada%40example.org?issuer=Chatbot&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
  });
});

it('makes secrets of 160 bits, each another', () => {
  const [one, other] = [createCodeSecret(), createCodeSecret()];
  expect([one.length, other.length]).toEqual([20, 20]);
  expect(one).not.toEqual(other);
});
