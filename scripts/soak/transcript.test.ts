import { describe, expect, it } from 'vitest';
import { type SoakFrame, Transcript } from './transcript.ts';

const delta = (seq: number, text: string): SoakFrame => ({ type: 'delta', generationId: 'g', seq, text });
const end = (seq: number, rest: object = {}): SoakFrame => ({
  type: 'end',
  generationId: 'g',
  seq,
  status: 'completed',
  ...rest,
});

function transcriptOf(...frames: SoakFrame[]): Transcript {
  const transcript = new Transcript('g');
  for (const frame of frames) transcript.add(frame);
  return transcript;
}

describe('a transcript', () => {
  it('joins the frames, and takes one again that it knows', () => {
    const transcript = transcriptOf(delta(1, 'a'), delta(2, 'b'), delta(1, 'a'), end(3));
    expect([transcript.text, transcript.lastSeq, transcript.violations]).toEqual(['ab', 3, []]);
  });

  it('shows what the end says is kept', () => {
    expect(transcriptOf(delta(1, 'abc'), end(2, { textLength: 1 })).text).toBe('a');
    expect(transcriptOf(delta(1, 'abc'), end(2, { content: 'other' })).text).toBe('other');
  });

  it.each([
    ['a hole', [delta(1, 'a'), delta(3, 'c')], 'frame 3 came after frame 1'],
    ['another version of a frame', [delta(1, 'a'), delta(1, 'b')], 'frame 1 came in two versions'],
    ['a frame after the end', [end(1), delta(2, 'a')], 'frame 2 came after the end'],
  ])('notes %s', (_name, frames, violation) => {
    expect(transcriptOf(...frames).violations).toEqual([violation]);
  });
});
