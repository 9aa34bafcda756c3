import { expect, it } from 'vitest';
import { initialsOf } from './avatar.tsx';

it.each([
  ['Ada', 'A'],
  ['Ada Lovelace', 'AL'],
  ['  ada king noel ', 'AN'],
  ['émile', 'É'],
  ['𝒜da', '𝒜'],
  ['', ''],
])('takes the initials of %j as %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
