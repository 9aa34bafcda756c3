import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConversationSplitter, type SplitItem } from './split-conversations.ts';

const limits = { itemBytesMax: 10_000_000, depthMax: 100 };

function split(
  json: string,
  { sizes = [json.length + 8], ...given }: { sizes?: number[] } & Partial<typeof limits> = {},
) {
  const splitter = createConversationSplitter({ ...limits, ...given });
  const bytes = Buffer.from(json);
  const items: SplitItem[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    items.push(...splitter.push(bytes.subarray(start, start + size)));
    start += size;
  }
  splitter.end();
  return items;
}

const texts = (items: SplitItem[]) => items.map((item) => (item.kind === 'text' ? JSON.parse(item.text) : item.kind));

describe('the splitter', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const objects = fc.array(fc.dictionary(fc.string(), value), { maxLength: 8 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  const indent = fc.constantFrom(0, 2, '\t');

  it('finds the elements of an array, whatever is in them and however the file is cut', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), sizes, indent, (elements, cut, space) => {
        const found = split(JSON.stringify(elements, null, space), { sizes: cut });
        expect(texts(found)).toEqual(JSON.parse(JSON.stringify(elements)));
      }),
    );
  });

  it('finds the elements of "conversations" beside whatever else an object has', () => {
    const others = fc.dictionary(
      fc.string().filter((name) => name !== 'conversations'),
      value,
    );
    fc.assert(
      fc.property(others, objects, others, sizes, (before, conversations, after, cut) => {
        const file = JSON.stringify({ ...before, conversations, ...after });
        // A key that is an index comes first, wherever it was put; what counts is what the file says.
        expect(texts(split(file, { sizes: cut }))).toEqual(JSON.parse(JSON.stringify(conversations)));
      }),
    );
  });

  it('takes an object without "conversations" for one conversation', () => {
    const one = { title: 'x', chat: { conversations: [1, 2] }, note: '"conversations":[' };
    expect(texts(split(JSON.stringify(one), { sizes: [1] }))).toEqual([one]);
  });

  it('reads over what is too long or too deep, and goes on with what comes after it', () => {
    const deep = `${'['.repeat(101)}${']'.repeat(101)}`;
    const file = `[{"a":1}, {"b":"${'x'.repeat(100)}"}, ${deep}, {"c":3}]`;
    expect(texts(split(file, { itemBytesMax: 50 }))).toEqual([{ a: 1 }, 'too-long', 'too-deep', { c: 3 }]);
    expect(texts(split(file))).toEqual([{ a: 1 }, { b: 'x'.repeat(100) }, 'too-deep', { c: 3 }]);
  });

  it('refuses what cannot be an export, and what ends too early', () => {
    const refused = (file: string) =>
      expect(() => split(file), file).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED' }));
    for (const file of [
      '',
      '   ',
      'null',
      '"text"',
      'PK\u0003\u0004',
      '<html>',
      '[{"a":1}',
      '[{"a":"',
      '{"conversations":[',
    ])
      refused(file);
  });

  it('takes an empty list, and a byte order mark before it', () => {
    expect(split('\ufeff [ ]')).toEqual([]);
    expect(split('{"conversations":[]}')).toEqual([]);
  });
});
