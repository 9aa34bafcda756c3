import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatMessage, fitContext, replyReserve, tokensOf } from './context-window.ts';

const systemPrompt = 'You are helpful.';
const system: ChatMessage = { role: 'system', content: systemPrompt };
const word = fc.string({ unit: 'grapheme', maxLength: 300 });
const longText = fc.tuple(word, fc.nat(60)).map(([text, count]) => text.repeat(count));
const message = fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.oneof(word, longText) });
const branch = fc
  .tuple(fc.array(message, { maxLength: 30 }), fc.oneof(word, longText), fc.option(longText, { nil: undefined }))
  .map(([messages, question, begun]): ChatMessage[] => [
    ...messages,
    { role: 'user', content: question },
    ...(begun === undefined ? [] : [{ role: 'assistant' as const, content: begun }]),
  ]);
const limits = fc.record({
  windowTokens: fc.integer({ min: 1_024, max: 16_384 }),
  replyTokensMax: fc.integer({ min: 1, max: 32_768 }),
});

function sum(messages: readonly ChatMessage[]): number {
  return messages.reduce((total, kept) => total + tokensOf(kept), 0);
}

describe('fitContext', () => {
  it('never fills more than the window without the room for the reply', () => {
    fc.assert(
      fc.property(branch, limits, (messages, { windowTokens, replyTokensMax }) => {
        const fitted = fitContext({ systemPrompt, messages, windowTokens, replyTokensMax });
        const reserve = replyReserve({ windowTokens, replyTokensMax });
        expect(sum(fitted.messages) + reserve).toBeLessThanOrEqual(windowTokens);
        expect(reserve).toBeGreaterThan(0);
      }),
    );
  });

  it('keeps the system prompt, then the newest messages without a gap, and counts the others', () => {
    fc.assert(
      fc.property(branch, limits, (messages, { windowTokens, replyTokensMax }) => {
        const { messages: kept, droppedMessageCount } = fitContext({
          systemPrompt,
          messages,
          windowTokens,
          replyTokensMax,
        });
        expect(kept[0]).toEqual(system);
        expect(kept.length - 1 + droppedMessageCount).toBe(messages.length);
        const lastTurn = messages.findLastIndex(({ role }) => role === 'user');
        const whole = messages.slice(droppedMessageCount, lastTurn);
        expect(kept.slice(1, 1 + whole.length)).toEqual(whole);
        expect(kept.slice(1).map(({ role }) => role)).toEqual(
          messages.slice(droppedMessageCount).map(({ role }) => role),
        );
      }),
    );
  });

  it('always keeps the last question and a reply that was begun, at least both of their ends', () => {
    fc.assert(
      fc.property(branch, limits, (messages, { windowTokens, replyTokensMax }) => {
        const { messages: kept } = fitContext({ systemPrompt, messages, windowTokens, replyTokensMax });
        for (const [fromEnd, { content }] of messages
          .slice(messages.findLastIndex(({ role }) => role === 'user'))
          .reverse()
          .entries()) {
          const [head = '', tail] = (kept[kept.length - 1 - fromEnd]?.content ?? '').split('\n[…]\n');
          expect(content.startsWith(head)).toBe(true);
          expect(content.endsWith(tail ?? head)).toBe(true);
        }
      }),
    );
  });

  it('changes nothing when all of it fits', () => {
    fc.assert(
      fc.property(branch, (messages) => {
        const windowTokens = 2 * (sum(messages) + tokensOf(system)) + 1_024;
        const fitted = fitContext({ systemPrompt, messages, windowTokens, replyTokensMax: 32_768 });
        expect(fitted).toEqual({ messages: [system, ...messages], droppedMessageCount: 0 });
      }),
    );
  });

  it('drops no more in a larger window', () => {
    fc.assert(
      fc.property(branch, limits, fc.nat(10_000), (messages, { windowTokens, replyTokensMax }, more) => {
        const fit = (window: number) => fitContext({ systemPrompt, messages, windowTokens: window, replyTokensMax });
        expect(fit(windowTokens + more).droppedMessageCount).toBeLessThanOrEqual(fit(windowTokens).droppedMessageCount);
      }),
    );
  });

  it('cuts a question that does not fit in its middle, and tears no character apart', () => {
    const content = '🎉'.repeat(20_000);
    const { messages } = fitContext({
      systemPrompt,
      messages: [{ role: 'user', content }],
      windowTokens: 2_048,
      replyTokensMax: 512,
    });
    expect(messages[1]?.content).toMatch(/^🎉+\n\[…\]\n🎉+$/u);
    expect(messages[1]?.content.isWellFormed()).toBe(true);
  });

  it('cuts the question before a reply that was begun', () => {
    const begun: ChatMessage = { role: 'assistant', content: 'And so '.repeat(300) };
    const { messages } = fitContext({
      systemPrompt,
      messages: [{ role: 'user', content: 'Why? '.repeat(5_000) }, begun],
      windowTokens: 4_096,
      replyTokensMax: 1_024,
    });
    expect(messages[2]).toEqual(begun);
  });
});
