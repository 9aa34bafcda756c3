import { expect, it } from 'vitest';
import { addressesAssistant } from './mention.ts';

it.each([
  ['@assistant what now?', true],
  ['What do you think, @AI?', true],
  ['(@ai)', true],
  ['@Assistant: hello', true],
  ['line one\n@ai', true],
  ['mail me at me@ai.example', false],
  ['@airplane', false],
  ['@assistants', false],
  ['@@ai', false],
  ['ai and assistant', false],
  ['', false],
])('takes %j for a message that addresses the model: %s', (content, expected) => {
  expect(addressesAssistant(content)).toBe(expected);
});
