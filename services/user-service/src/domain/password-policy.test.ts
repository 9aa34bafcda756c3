import { expect, it } from 'vitest';
import { commonPasswords } from './common-passwords.ts';
import { checkPassword, passwordLengthMin } from './password-policy.ts';

const email = 'ada.lovelace@example.org';

it.each([
  ['1234567', 'too-short'],
  // Seven characters in fourteen code units.
  ['🚢🚢🚢🚢🚢🚢🐙', 'too-short'],
  ['password', 'common'],
  ['PassWord1', 'common'],
  [' qwertyuiop ', 'common'],
  ['aaaaaaaaaaaa', 'common'],
  ['ada.lovelace@example.org', 'is-email'],
  ['Ada.Lovelace', 'is-email'],
  ['12345679', undefined],
  ['only lower case words', undefined],
  ['🚢🚢🚢🚢🐙🐙🐙🐙', undefined],
])('judges %j as %s', (password, problem) => {
  expect(checkPassword({ password, email })).toBe(problem);
});

it('lists no password that another rule refuses or that no lookup could find', () => {
  for (const password of commonPasswords) {
    expect(password.length).toBeGreaterThanOrEqual(passwordLengthMin);
    expect(password).toBe(password.toLowerCase());
  }
});
