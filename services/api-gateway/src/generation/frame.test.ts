import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FrameBody, fromLogField, seqOf, toLogField } from './frame.ts';

const bodies: FrameBody[] = [
  { type: 'delta', text: 'héllo 👋 <b>' },
  { type: 'status', status: 'queued', position: 3 },
  { type: 'status', status: 'generating', model: 'llama3.2:latest', droppedMessageCount: 4 },
  { type: 'end', status: 'stopped', messageId: 'm1' },
  {
    type: 'end',
    status: 'completed',
    messageId: 'm1',
    model: 'llama3.2:latest',
    usage: { promptTokens: 12, completionTokens: 34 },
    timings: { queuedMs: 0, loadMs: 1.5, firstTokenMs: 20, totalMs: 900 },
  },
];

describe('log fields', () => {
  it.each(bodies)('give back the frame $type $status that was written', (body) => {
    expect(fromLogField(...toLogField(body))).toEqual(body);
  });

  it('give back any text unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromLogField(...toLogField({ type: 'delta', text }))).toEqual({ type: 'delta', text });
      }),
    );
  });

  it('cost a delta nothing beside its text and a two-character name', () => {
    expect(toLogField({ type: 'delta', text: 'abc' })).toEqual(['1d', 'abc']);
  });

  it.each([
    ['9d', 'text'],
    ['1s', '{"status":"dancing"}'],
    ['1e', 'no json'],
    ['', ''],
  ])('refuse what this release does not know: %s', (name, value) => {
    expect(() => fromLogField(name, value)).toThrow();
  });
});

it('reads the sequence number from an entry id', () => {
  expect(seqOf('42-0')).toBe(42);
});
