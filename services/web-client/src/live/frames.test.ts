import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../api/schemas.ts';
import { adoptStored, applyFrame, type GenerationState, startGeneration } from './frames.ts';

const GENERATION_ID = 'g1';

/** The log of a whole reply: a status, one delta a text, an end. */
function logOf(texts: readonly string[]): Frame[] {
  const status = {
    type: 'status',
    status: 'generating',
    position: undefined,
    model: 'm',
    droppedMessageCount: undefined,
  } as const;
  const end = { type: 'end', status: 'completed', messageId: 'a1', content: undefined } as const;
  const rest = { model: undefined, usage: undefined, timings: undefined, problem: undefined };
  return [
    { ...status, generationId: GENERATION_ID, seq: 1 },
    ...texts.map((text, index): Frame => ({ type: 'delta', generationId: GENERATION_ID, seq: index + 2, text })),
    { ...end, ...rest, generationId: GENERATION_ID, seq: texts.length + 2 },
  ];
}

function fresh(): GenerationState {
  return startGeneration({ generationId: GENERATION_ID, text: '', lastSeq: 0 });
}

/** Delivers frames as a server does that answers each gap with the log after lastSeq. */
function deliver({ log, arrivals }: { log: Frame[]; arrivals: Frame[] }): { state: GenerationState; texts: string[] } {
  let state = fresh();
  const texts: string[] = [];
  for (const frame of arrivals) {
    const step = applyFrame(state, frame);
    state = step.state;
    if (step.outcome === 'gap') {
      for (const replayed of log.slice(state.lastSeq)) state = applyFrame(state, replayed).state;
    }
    texts.push(state.text);
  }
  for (const replayed of log.slice(state.lastSeq)) state = applyFrame(state, replayed).state;
  return { state, texts };
}

const arrivalsArbitrary = fc.array(fc.string(), { maxLength: 20 }).chain((texts) => {
  const log = logOf(texts);
  return fc.record({ log: fc.constant(log), arrivals: fc.array(fc.constantFrom(...log), { maxLength: 80 }) });
});

describe('applyFrame', () => {
  it('ends with the same text whatever is doubled, lost or out of order on the way', () => {
    fc.assert(
      fc.property(arrivalsArbitrary, ({ log, arrivals }) => {
        const { state } = deliver({ log, arrivals });
        const whole = log.flatMap((frame) => (frame.type === 'delta' ? [frame.text] : [])).join('');
        expect(state).toMatchObject({ text: whole, phase: 'ended', lastSeq: log.length });
      }),
    );
  });

  it('shows nothing but prefixes of the reply, each at least as long as the one before', () => {
    fc.assert(
      fc.property(arrivalsArbitrary, ({ log, arrivals }) => {
        const { state, texts } = deliver({ log, arrivals });
        for (const [index, text] of texts.entries()) {
          expect(state.text.startsWith(text)).toBe(true);
          expect(text.length).toBeGreaterThanOrEqual(texts[index - 1]?.length ?? 0);
        }
      }),
    );
  });

  it('reports a hole and leaves the state as it was', () => {
    const [first, , third] = logOf(['a', 'b', 'c']);
    const state = applyFrame(fresh(), first as Frame).state;
    expect(applyFrame(state, third as Frame)).toEqual({ state, outcome: 'gap' });
  });

  it('takes an end with the whole text across a hole', () => {
    const end: Frame = { ...(logOf(['a', 'b']).at(-1) as Extract<Frame, { type: 'end' }>), content: 'stored text' };
    const step = applyFrame(fresh(), end);
    expect(step.outcome).toBe('applied');
    expect(step.state).toMatchObject({ text: 'stored text', phase: 'ended', lastSeq: 4 });
  });

  it('keeps its text frozen after the end', () => {
    const { state } = deliver({ log: logOf(['a']), arrivals: [] });
    const late: Frame = { type: 'delta', generationId: GENERATION_ID, seq: state.lastSeq + 1, text: 'more' };
    expect(applyFrame(state, late)).toEqual({ state, outcome: 'ignored' });
  });

  it('counts a frame of a kind it does not know and goes on', () => {
    const unknown: Frame = { type: 'unknown', generationId: GENERATION_ID, seq: 1 };
    const next: Frame = { type: 'delta', generationId: GENERATION_ID, seq: 2, text: 'a' };
    expect(applyFrame(applyFrame(fresh(), unknown).state, next).state).toMatchObject({ text: 'a', lastSeq: 2 });
  });
});

describe('adoptStored', () => {
  it('takes stored text that reaches further and refuses older text', () => {
    const state = startGeneration({ generationId: GENERATION_ID, text: 'abc', lastSeq: 4 });
    expect(adoptStored(state, { text: 'ab', lastSeq: 3 })).toBe(state);
    expect(adoptStored(state, { text: 'abcd', lastSeq: 5 })).toMatchObject({ text: 'abcd', lastSeq: 5 });
  });

  it('joins a reply in the middle without losing or doubling a frame', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 12 }), fc.nat(), (texts, cut) => {
        const log = logOf(texts);
        const lastSeq = cut % log.length;
        const known = log.slice(0, lastSeq).flatMap((frame) => (frame.type === 'delta' ? [frame.text] : []));
        let state = startGeneration({ generationId: GENERATION_ID, text: known.join(''), lastSeq });
        for (const frame of log) state = applyFrame(state, frame).state;
        expect(state.text).toBe(texts.join(''));
      }),
    );
  });
});
