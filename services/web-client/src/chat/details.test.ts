import { describe, expect, it } from 'vitest';
import { detailsOf, formatDuration, tokensPerSecond } from './details.ts';

const usage = { promptTokens: 30, completionTokens: 101 };
const timings = { queuedMs: 0, loadMs: 0, firstTokenMs: 200, totalMs: 2200 };

describe('tokensPerSecond', () => {
  it('measures from the first token to the last', () => {
    expect(tokensPerSecond({ usage, timings })).toBe(50);
  });

  it.each([
    ['no usage', { usage: undefined, timings }],
    ['no timings', { usage, timings: undefined }],
    ['a single token', { usage: { promptTokens: 1, completionTokens: 1 }, timings }],
    ['no time at all', { usage, timings: { ...timings, totalMs: 200 } }],
  ])('makes no figure up with %s', (_name, reply) => {
    expect(tokensPerSecond(reply)).toBeUndefined();
  });
});

describe('detailsOf', () => {
  it('names what the reply was asked for with, and nothing where that is unknown', () => {
    const asked = { model: undefined, usage: undefined, timings: undefined };
    const params = { temperature: 0.3, topP: 0.95, maxTokens: 2_048, seed: -1_234, stop: ['END', '###'] };
    expect(detailsOf({ ...asked, params })).toEqual([
      'temperature 0.3',
      'top-p 0.95',
      'at most 2,048 tokens',
      'seed -1234',
      'stops at “END” and “###”',
    ]);
    expect(detailsOf({ ...asked, params: { temperature: 0 } })).toEqual(['temperature 0']);
    expect(detailsOf({ ...asked, params: {} })).toEqual([]);
    expect(detailsOf(asked)).toEqual([]);
  });

  it('names the waits only when they were notable', () => {
    expect(detailsOf({ model: 'm', usage, timings })).toEqual(['m', '50 tokens/s', 'first token 200 ms', '101 tokens']);
    const waited = { ...timings, queuedMs: 1500, loadMs: 62_000 };
    expect(detailsOf({ model: undefined, usage: undefined, timings: waited })).toEqual([
      'first token 200 ms',
      'queued 1.5 s',
      'loaded in 1 min 2 s',
    ]);
  });
});

it.each([
  [0.4, '0 ms'],
  [999, '999 ms'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [59_400, '59 s'],
  [125_000, '2 min 5 s'],
])('writes %d ms as %j', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});
