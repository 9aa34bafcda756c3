import { describe, expect, it } from 'vitest';
import { paced } from './paced.ts';

type Item = { state: string; at: number };

/** Each item comes at its time. */
async function told(items: readonly Item[]): Promise<number[]> {
  let clockMs = 0;
  async function* come() {
    for (const item of items) {
      clockMs = item.at;
      yield item;
    }
  }
  const passed: number[] = [];
  for await (const { at } of paced(come(), { intervalMs: 250, now: () => clockMs })) passed.push(at);
  return passed;
}

const downloading = (at: number) => ({ state: 'downloading', at });

describe('paced', () => {
  it.each<[string, Item[], number[]]>([
    ['nothing of nothing', [], []],
    ['the first at once', [downloading(5)], [5]],
    [
      'the first, one an interval, and the last',
      [0, 100, 200, 300, 400, 500, 600, 700].map(downloading),
      [0, 300, 600, 700],
    ],
    [
      'the last of a state before the first of the next one',
      [downloading(0), downloading(100), { state: 'verifying', at: 101 }],
      [0, 100, 101],
    ],
    ['a change of state at any time', [1, 2, 3].map((at) => ({ state: String(at), at })), [1, 2, 3]],
  ])('passes on %s', async (_what, items, expected) => {
    expect(await told(items)).toEqual(expected);
  });
});
