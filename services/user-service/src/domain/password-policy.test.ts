import { expect, it } from 'vitest';
import { checkPassword } from './password-policy.ts';

const email = 'ada.lovelace@example.org';

it.each([
  ['1234567', 'too-short'],
  // Seven characters in fourteen code units.
  ['🚢🚢🚢🚢🚢🚢🐙', 'too-short'],
  ['ada.lovelace@example.org', 'is-email'],
  ['Ada.Lovelace', 'is-email'],
  ['12345679', undefined],
  ['only lower case words', undefined],
  ['🚢🚢🚢🚢🐙🐙🐙🐙', undefined],
])('judges %j as %s', (password, problem) => {
  expect(checkPassword({ password, email })).toBe(problem);
});
