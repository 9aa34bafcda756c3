import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

const options = { generationId: 'g', fence: 7, lastSeq: 0, text: '' };

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
