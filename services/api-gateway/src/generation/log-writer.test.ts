import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FrameBody } from './frame.ts';
import type { GenerationLog, Ownership } from './log.ts';
import { createLogWriter, OwnershipLostError } from './log-writer.ts';

type Append = Parameters<GenerationLog['append']>[1];

/** The port of the writer with appends that the test lets through one by one. */
function gatedLog() {
  const appends: Append[] = [];
  const waiting: ((ownership: Ownership) => void)[] = [];
  const log: Pick<GenerationLog, 'append'> = {
    append(_generationId, append) {
      appends.push(append);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
  return {
    log: log as GenerationLog,
    appends,
    letThrough: (ownership: Ownership = 'owned') => waiting.shift()?.(ownership),
    open: () => waiting.length,
  };
}

const options = { generationId: 'g', fence: 7, lastSeq: 0, text: '', pressure: { windowMs: 0 } };

function textOf(bodies: readonly FrameBody[]) {
  return bodies.map((body) => (body.type === 'delta' ? body.text : '')).join('');
}

describe('log writer', () => {
  it('appends the first text at once and joins what comes meanwhile into one frame', async () => {
    const { log, appends, letThrough } = gatedLog();
    const writer = createLogWriter({ log, ...options });
    for (const text of ['a', 'b', 'c']) writer.push({ type: 'delta', text });
    const settled = writer.settled();
    letThrough();
    await Promise.resolve();
    await expect.poll(() => appends.length).toBe(2);
    letThrough();
    await settled;
    expect(appends.map(({ firstSeq, bodies }) => [firstSeq, textOf(bodies)])).toEqual([
      [1, 'a'],
      [2, 'bc'],
    ]);
    expect([writer.seq, writer.text]).toEqual([2, 'abc']);
  });

  it('has at most one append under way and never a hole in the numbers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.constant(undefined)), { maxLength: 30 }),
        async (steps) => {
          const { log, appends, letThrough, open } = gatedLog();
          const writer = createLogWriter({ log, ...options });
          for (const step of steps) {
            if (step === undefined) letThrough();
            else writer.push({ type: 'delta', text: step });
            expect(open()).toBeLessThanOrEqual(1);
            await Promise.resolve();
          }
          const settled = writer.settled();
          while (writer.text !== steps.join('')) {
            letThrough();
            await new Promise(setImmediate);
          }
          await settled;
          let next = 1;
          for (const { firstSeq, bodies } of appends) {
            expect(firstSeq).toBe(next);
            next += bodies.length;
          }
        },
      ),
    );
  });

  it('under pressure appends the first text at once, then gathers for the window, and holds up no end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { log, appends, letThrough } = gatedLog();
    const writer = createLogWriter({ log, ...options, pressure: { windowMs: 30 } });
    const texts = () => appends.map(({ bodies }) => textOf(bodies));
    writer.push({ type: 'delta', text: 'a' });
    expect(texts()).toEqual(['a']);
    letThrough();
    await vi.advanceTimersByTimeAsync(5);
    for (const text of ['b', 'c']) writer.push({ type: 'delta', text });
    await vi.advanceTimersByTimeAsync(20);
    expect(texts()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(15);
    expect(texts()).toEqual(['a', 'bc']);
    letThrough();
    await vi.advanceTimersByTimeAsync(1);
    writer.push({ type: 'delta', text: 'd' });
    writer.push({ type: 'end', status: 'completed', messageId: 'm' });
    expect(texts()).toEqual(['a', 'bc', 'd']);
    letThrough();
    await writer.settled();
    expect([writer.seq, writer.text]).toEqual([4, 'abcd']);
  });

  it('stops writing for good when the ownership is lost, and says so', async () => {
    const { log, appends, letThrough } = gatedLog();
    const writer = createLogWriter({ log, ...options });
    writer.push({ type: 'delta', text: 'a' });
    letThrough('lost');
    await expect(writer.settled()).rejects.toBeInstanceOf(OwnershipLostError);
    writer.push({ type: 'delta', text: 'b' });
    await expect(writer.settled()).rejects.toBeInstanceOf(OwnershipLostError);
    expect(appends).toHaveLength(1);
    expect([writer.seq, writer.text, writer.congested]).toEqual([0, '', true]);
  });
});
