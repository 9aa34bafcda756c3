import { expect, it } from 'vitest';
import { retagged, tagsOf } from './retag.ts';

it('changes no tag but those that were added or removed', () => {
  const changes = { added: ['new', 'kept'], removed: ['gone', 'never there'] };
  expect(retagged(['gone', 'kept', 'other'], changes)).toEqual(['kept', 'other', 'new']);
  expect(retagged([], changes)).toEqual(['new', 'kept']);
});

it('names a tag of several conversations once', () => {
  expect(tagsOf([{ tags: ['a', 'b'] }, { tags: [] }, { tags: ['b', 'c'] }])).toEqual(['a', 'b', 'c']);
});
