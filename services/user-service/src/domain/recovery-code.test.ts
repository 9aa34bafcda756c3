import { expect, it } from 'vitest';
import { createRecoveryCodes, hashRecoveryCode } from './recovery-code.ts';

it('makes ten different codes in groups that can be read aloud', () => {
  const codes = createRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/);
});

it.each([
  'K3X1-0A7M-VWQ2-5TGD',
  ' k3x1 0a7m vwq2 5tgd ',
  'k3x10a7mvwq25tgd',
  'k3xi-oa7m-vwq2-5tgd',
  'K3XL-OA7M-VWQ2-5TGD',
])('takes %j for k3x1-0a7m-vwq2-5tgd', (written) => {
  expect(hashRecoveryCode(written)).toEqual(hashRecoveryCode('k3x1-0a7m-vwq2-5tgd'));
});

it.each([
  '',
  '123456',
  'k3x1-0a7m-vwq2-5tg',
  'k3x1-0a7m-vwq2-5tgdd',
  'k3x1-0a7m-vwq2-5tgu',
  'k3x1-0a7m-vwq2-5tg\u0301',
])('knows that %j is no code', (written) => {
  expect(hashRecoveryCode(written)).toBeUndefined();
});
