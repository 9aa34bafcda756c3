import { AppError } from '@chatbot/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash, importedMessageCountMax } from '../imported-conversation.ts';
import { parseConversation } from './parse-conversation.ts';

type Own = { id: string; parentId: string | null; role: string; content: string };

function own(messages: Partial<Own>[], rest: object = {}) {
  const filled = messages.map((message, index) => ({
    id: `m${index}`,
    parentId: index === 0 ? null : `m${index - 1}`,
    role: 'user',
    content: `text ${index}`,
    ...message,
  }));
  return parseConversation(JSON.stringify({ title: 'T', messages: filled, ...rest })).conversation;
}

function refusal(json: string): string {
  try {
    parseConversation(json);
  } catch (error) {
    if (error instanceof AppError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('a conversation from a file', () => {
  it.each([
    ['no JSON', '{"messages":['],
    ['of no known format', '{"hello":1}'],
    ['no object', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['of parameters out of bounds', '{"title":"x","parameters":{"temperature":9},"messages":[]}'],
    ['of the wrong shape', '{"title":"x","messages":[{"id":1}]}'],
    [
      'of two messages with one id',
      '{"title":"x","messages":[{"id":"a","parentId":null,"role":"user","content":"1"},{"id":"a","parentId":null,"role":"user","content":"2"}]}',
    ],
    ['in a circle', '{"mapping":{"a":{"parent":"b"},"b":{"parent":"a"}}}'],
    ['its own parent', '{"mapping":{"a":{"parent":"a"}}}'],
  ])('that is %s is refused', (_what, json) => {
    expect(refusal(json)).toBe('VALIDATION_FAILED');
  });

  it('has the parameters that it says, and none when it says nothing', () => {
    expect(own([{}], { parameters: { topP: 0.5, stop: [] } }).parameters).toEqual({ topP: 0.5 });
    expect(own([{}]).parameters).toEqual({});
  });

  it('has its parents first, whatever their order in the file', () => {
    const { messages, activeIndex } = own([
      { id: 'c', parentId: 'b', content: '3' },
      { id: 'b', parentId: 'a', content: '2' },
      { id: 'a', parentId: null, content: '1' },
    ]);
    expect(messages.map(({ content, parentIndex }) => [content, parentIndex])).toEqual([
      ['1', null],
      ['2', 0],
      ['3', 1],
    ]);
    expect(activeIndex).toBe(2);
  });

  it('is a tree of what is in the file, for every tree in every order', () => {
    const tree = fc.array(fc.nat(), { minLength: 1, maxLength: 40 }).chain((picks) => {
      const messages = picks.map((pick, index) => ({
        id: `m${index}`,
        parentId: index === 0 || pick % 7 === 0 ? null : `m${pick % index}`,
        role: 'user',
        content: `m${index}`,
      }));
      return fc.shuffledSubarray(messages, { minLength: messages.length });
    });
    fc.assert(
      fc.property(tree, (messages) => {
        const { conversation } = parseConversation(JSON.stringify({ title: 'T', messages }));
        const edges = conversation.messages.map(({ content, parentIndex }, index) => {
          expect(parentIndex ?? -1).toBeLessThan(index);
          return [content, parentIndex === null ? null : conversation.messages[parentIndex]?.content];
        });
        expect(new Map(edges as [string, string | null][])).toEqual(
          new Map(messages.map(({ id, parentId }) => [id, parentId])),
        );
      }),
    );
  });

  it('leaves out what is empty, and lets what is below it move up', () => {
    const { messages, activeIndex } = own([{ content: 'a' }, { content: '  ' }, { content: 'b' }], {
      activeLeafId: 'm1',
    });
    expect(messages.map(({ content, parentIndex }) => [content, parentIndex])).toEqual([
      ['a', null],
      ['b', 0],
    ]);
    expect(activeIndex).toBe(0);
  });

  it('holds nothing that cannot be stored', () => {
    const { title, messages, persona } = own([{ content: 'a\u0000b\ud800c' }], {
      title: ' x\n\ty\u0000 ',
      persona: '../x',
    });
    expect({ title, persona, text: messages[0]?.content }).toEqual({
      title: 'x y\ufffd',
      persona: 'assistant',
      text: 'a\ufffdb\ufffdc',
    });
  });

  it('keeps to the limits of what is sent', () => {
    const many = Array.from({ length: importedMessageCountMax + 1 }, () => ({}));
    expect(() => own(many)).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED' }));
    expect(own(many.slice(1)).messages).toHaveLength(importedMessageCountMax);
    const long = 'x'.repeat(100_001);
    expect(() => own([{ content: long }])).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED' }));
    expect(own([{ content: long, role: 'assistant' }]).messages).toHaveLength(1);
    const huge = { content: 'x'.repeat(4_000_000), role: 'assistant' };
    expect(() => own([huge, huge, huge])).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED' }));
  });

  it('takes a thread longer than any call stack', () => {
    const mapping = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, index) => [
        `n${index}`,
        { parent: index === 199_999 ? null : `n${index + 1}` },
      ]),
    );
    expect(parseConversation(JSON.stringify({ mapping })).conversation.messages).toEqual([]);
  });

  it('is told from another by what is said, and not by times', () => {
    const at = (content: string, createdAt: string) => contentHash(own([{ content, ...{ createdAt } }]));
    const hash = at('a', '2026-01-01T00:00:00Z');
    expect(at('a', '2020-01-01T00:00:00Z')).toEqual(hash);
    expect(at('b', '2026-01-01T00:00:00Z')).not.toEqual(hash);
  });

  it('never fails in another way than by being refused', () => {
    const field = fc.constantFrom('messages', 'mapping', 'chat_messages', 'chat');
    fc.assert(
      fc.property(field, fc.jsonValue(), fc.jsonValue(), (name, value, other) => {
        expect(['none', 'VALIDATION_FAILED']).toContain(refusal(JSON.stringify({ title: 'x', [name]: value, other })));
      }),
    );
  });
});
