import type { GenerateRequest } from '@chatbot/proto/chatbot/ai/v1/GenerateRequest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, callOptions, type Harness, readAll, readUntilError, startWithSim } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startWithSim({
    'llama3.2': { kind: 'scripted', reply: (messages) => messages.at(-1)?.content ?? '' },
  });
});
afterAll(() => harness[Symbol.asyncDispose]());

describe('a request out of bounds is refused, naming the field', () => {
  it.each<[string, Partial<GenerateRequest>]>([
    ['messages', { messages: [] }],
    ['messages', { messages: [{ role: 'assistant', content: 'Hi' }] }],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'Hi' }] }],
    ['persona', { persona: 'pirate' }],
    ['model', { model: 'm'.repeat(201) }],
    ['generationId', { generationId: 'g'.repeat(65) }],
    ['parameters.temperature', { parameters: { temperature: 2.1 } }],
    ['parameters.temperature', { parameters: { temperature: Number.NaN } }],
    ['parameters.topP', { parameters: { topP: 0 } }],
    ['parameters.maxTokens', { parameters: { maxTokens: 0 } }],
    ['parameters.maxTokens', { parameters: { maxTokens: 32_769 } }],
    ['parameters.stop', { parameters: { stop: Array(9).fill('x') } }],
    ['parameters.stop.0', { parameters: { stop: ['x'.repeat(65)] } }],
  ])('%s', async (field, request) => {
    const { error } = await readUntilError(harness.client.serverStream('Generate', ask('Hi', request), callOptions()));
    expect(error).toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field }] });
  });
});

it('the four personas come in their order, each with its own defaults, and without their instructions', async () => {
  const { personas } = await harness.client.unary('ListPersonas', {}, callOptions());
  expect(personas.map(({ id }) => id)).toEqual(['assistant', 'creative', 'analytical', 'professional']);
  expect(new Set(personas.map(({ parameters }) => parameters?.temperature)).size).toBe(4);
  for (const { name, description, parameters } of personas) {
    expect(name).not.toBe('');
    expect(description).toMatch(/^[A-Z].+\.$/);
    expect(parameters?.maxTokens).toBeGreaterThan(0);
  }
  expect(JSON.stringify(personas)).not.toContain('You are');
});

it('no line of the log holds text of a conversation, at the most talkative level', async () => {
  const canary = 'canary-51c0';
  await readAll(harness.client.serverStream('Generate', ask(canary), callOptions()));
  await harness.client.unary('GenerateTitle', { messages: [{ role: 'user', content: canary }] }, callOptions());
  const invalid = ask(canary, { persona: canary, model: canary.repeat(50) });
  await readUntilError(harness.client.serverStream('Generate', invalid, callOptions()));

  expect(harness.logs()).toContain('"msg":"model request ended"');
  expect(harness.logs()).toContain('"completionTokens":');
  expect(harness.logs()).not.toContain(canary);
});
