import { expect, it } from 'vitest';
import { normalizeTags } from './tags.ts';

it('keeps each tag once, in its first spelling, without needless white space', () => {
  expect(normalizeTags([' Work ', 'work', 'to  do', '', '  ', 'Übung', 'ÜBUNG'])).toEqual(['Work', 'to do', 'Übung']);
});
