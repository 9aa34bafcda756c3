import { describe, expect, it } from 'vitest';
import { extended, NOTHING_SELECTED, toggled } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];

describe('a selection', () => {
  it('takes one in and leaves it out again', () => {
    const chosen = toggled(NOTHING_SELECTED, 'b');
    expect([...chosen.ids]).toEqual(['b']);
    expect([...toggled(chosen, 'b').ids]).toEqual([]);
  });

  it.each([
    ['downwards', 'b', 'd'],
    ['upwards', 'd', 'b'],
  ])('takes in a range %s, both ends included', (_name, from, to) => {
    expect([...extended(toggled(NOTHING_SELECTED, from), to, order).ids].toSorted()).toEqual(['b', 'c', 'd']);
  });

  it('leaves a range out when its beginning was left out', () => {
    const all = { ids: new Set(order), anchorId: undefined };
    expect([...extended(toggled(all, 'b'), 'd', order).ids]).toEqual(['a', 'e']);
  });

  it('begins with one where there is nothing to begin a range with', () => {
    expect([...extended(NOTHING_SELECTED, 'c', order).ids]).toEqual(['c']);
    expect([...extended({ ids: new Set(['z']), anchorId: 'z' }, 'c', order).ids]).toEqual(['z', 'c']);
  });
});
