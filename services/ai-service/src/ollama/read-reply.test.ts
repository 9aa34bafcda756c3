import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReplyPart, readReply } from './read-reply.ts';

const end = `${JSON.stringify({ message: { content: '' }, done: true, done_reason: 'length', eval_count: 3 })}\n`;
const lineOf = (content: string) => `${JSON.stringify({ message: { content }, done: false })}\n`;

/** The bytes cut at these places, each piece arriving by itself. */
function pieces(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort((left, right) => left - right);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

async function read(chunks: readonly Buffer[]): Promise<ReplyPart[]> {
  const parts: ReplyPart[] = [];
  for await (const part of readReply(
    Readable.from(
      chunks.filter(({ length }) => length > 0),
      { objectMode: false },
    ),
    { gathering: { pauseMsAfter: () => 0 }, signal: new AbortController().signal },
  ))
    parts.push(part);
  return parts;
}

describe('readReply', () => {
  it('gives the same text however the bytes and the tokens are cut, and no part splits a code point', async () => {
    const tokens = fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(tokens, fc.array(fc.nat(), { maxLength: 30 }), async (contents, cuts) => {
        const halves = contents.flatMap((content) => [content.slice(0, 1), content.slice(1)]);
        const parts = await read(pieces(halves.map(lineOf).join('') + end, cuts));
        expect(parts.map(({ text }) => text).join('')).toBe(contents.join('').toWellFormed());
        for (const { text } of parts) expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('ends with one part that says how the reply ended, and leaves out what comes after it', async () => {
    const parts = await read([Buffer.from(lineOf('Hello') + end + lineOf('more'))]);
    expect(parts).toEqual([
      { text: 'Hello', chunkCount: 1, end: { reason: 'length', promptTokens: 0, completionTokens: 3, loadMs: 0 } },
    ]);
  });

  it('does not take what the model thinks for text', async () => {
    const thinking = '{"message":{"role":"assistant","content":"","thinking":"Hmm"},"done":false}\n';
    const [part] = await read([Buffer.from(thinking + lineOf('Yes') + end)]);
    expect(part?.text).toBe('Yes');
  });

  it('counts what the model has made so far, thoughts included, the last object not', async () => {
    const thinking = '{"message":{"role":"assistant","content":"","thinking":"Hmm"},"done":false}\n';
    const parts = await read([Buffer.from(thinking), Buffer.from(lineOf('Yes') + lineOf('!')), Buffer.from(end)]);
    expect(parts[0]).toEqual({ text: '', chunkCount: 1 });
    expect(parts.reduce((sum, { chunkCount }) => sum + chunkCount, 0)).toBe(3);
  });
});
