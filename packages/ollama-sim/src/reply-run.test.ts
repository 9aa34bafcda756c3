import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplyRun } from './reply-run.ts';
import type { ReplySink } from './reply-sink.ts';
import { limitReply } from './reply-text.ts';
import { Ticker } from './ticker.ts';
import { numberedTokens } from './tokens.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Starts a reply of 100 tokens, 10 a second, into a sink that can be made to refuse more. */
function start(gateAfterTokens = Number.POSITIVE_INFINITY) {
  const state = { sentCount: 0, isFull: false, drain: () => {} };
  const sink: ReplySink = {
    push: (tokens) => {
      state.sentCount += tokens.length;
      return !state.isFull;
    },
    onDrain: (resume) => {
      state.drain = resume;
    },
    finish: () => {},
    fail: () => {},
    cut: () => {},
    reset: () => {},
  };
  const deps = { ticker: new Ticker(), sink, onTokens: () => {}, onEnd: () => {} };
  const plan = { tokens: numberedTokens(100), ratePerSecond: 10, firstTokenDelayMs: 0, gateAfterTokens };
  const tokens = limitReply(plan.tokens, { tokensMax: Number.POSITIVE_INFINITY, stop: [] });
  const run = new ReplyRun(deps, { plan, tokens });
  run.start();
  return { run, state };
}

describe('ReplyRun', () => {
  it('sends the first token at once and the others at their times', () => {
    const { state } = start();
    expect(state.sentCount).toBe(1);
    vi.advanceTimersByTime(1050);
    expect(state.sentCount).toBe(11);
  });

  it('does not catch up on the time that it waited at its gate', () => {
    const { run, state } = start(3);
    vi.advanceTimersByTime(5000);
    expect(state.sentCount).toBe(3);
    run.release(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(1050);
    expect(state.sentCount).toBeGreaterThanOrEqual(13);
    expect(state.sentCount).toBeLessThanOrEqual(14);
  });

  it('does not catch up on the time that its reader held it up', () => {
    const { state } = start();
    state.isFull = true;
    vi.advanceTimersByTime(5000);
    expect(state.sentCount).toBe(2);
    state.isFull = false;
    state.drain();
    vi.advanceTimersByTime(1050);
    expect(state.sentCount).toBeGreaterThanOrEqual(12);
    expect(state.sentCount).toBeLessThanOrEqual(13);
  });

  it('sends nothing more once it is stopped', () => {
    const { run, state } = start();
    run.stop();
    vi.advanceTimersByTime(5000);
    expect(state.sentCount).toBe(1);
    expect(run.release(1)).toBe(false);
  });
});
