import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { BenchOptionError, parseBenchOptions } from './options.ts';

it('runs the quick benches on all backends and writes nothing unless told otherwise', () => {
  expect(parseBenchOptions([])).toMatchObject({
    benches: ['first-token', 'throughput'],
    backends: ['embedded', 'real'],
    turns: 200,
    warmUpTurns: 100,
    markdownFile: undefined,
    profileDir: undefined,
  });
});

it('takes benches by name and their options', () => {
  const args = ['streams', '--streams', '500,1000', '--backends', 'real', '--seconds', '5', '--markdown', 'out.md'];
  expect(parseBenchOptions(args)).toMatchObject({
    benches: ['streams'],
    streamCounts: [500, 1000],
    backends: ['real'],
    seconds: 5,
    markdownFile: resolve('out.md'),
  });
});

it('has one name for the benches of how replies are written', () => {
  expect(parseBenchOptions(['generations']).benches).toEqual(['first-token', 'streams', 'throughput', 'bytes']);
});

it.each([
  [['no-such-bench']],
  [['--turns', '0']],
  [['--turns', 'many']],
  [['--backends', 'none']],
  [['--no-such-option']],
])('refuses %j', (args) => {
  expect(() => parseBenchOptions(args)).toThrow(BenchOptionError);
});
