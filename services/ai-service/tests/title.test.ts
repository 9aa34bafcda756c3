import { afterEach, expect, it } from 'vitest';
import { callOptions, type Harness, startWithSim } from './harness.ts';

let running: Harness | undefined;
afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const messages = [
  { role: 'user', content: 'How do I bake sourdough bread at home?' },
  { role: 'assistant', content: 'Feed the starter first.' },
];

async function titleOf(answer: string, input = messages) {
  const harness = await startWithSim({ 'llama3.2': { kind: 'scripted', text: answer, contextLength: 4096 } });
  running = harness;
  const { title } = await harness.client.unary('GenerateTitle', { messages: input }, callOptions());
  return { title, sim: harness.sim };
}

it("a title is the model's, cleaned", async () => {
  const { title } = await titleOf('**Title:** "Sourdough at home."');
  expect(title).toBe('Sourdough at home');
});

it('an answer of no use gives way to the first words of the user', async () => {
  const { title } = await titleOf('Certainly! '.repeat(30));
  expect(title).toBe('How do I bake sourdough bread at home?');
});

it('the model sees the beginning of the conversation, in the window that replies use, and answers briefly', async () => {
  const long = { role: 'user', content: 'x'.repeat(10_000) };
  const { sim } = await titleOf('Sourdough', [...messages, long]);
  const [request] = sim.requests;
  expect(request?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  expect(request?.messages[1]?.content).toHaveLength(4_000);
  expect(request?.messages[1]?.content).toMatch(/^User: How do I bake .+\n\nAssistant: Feed/);
  expect(request?.options).toEqual({ num_ctx: 4096, num_predict: 32, temperature: 0.2 });
  expect(request?.stream).toBe(false);
});

it('the demo model names a conversation', async () => {
  const harness = await startWithSim({ demo: { kind: 'demo', ratePerSecond: 0 } });
  running = harness;
  const { title } = await harness.client.unary('GenerateTitle', { messages }, callOptions());
  expect(title).toMatch(/sourdough/i);
});

it('giving up closes the request to Ollama', async () => {
  const harness = await startWithSim({ 'llama3.2': { kind: 'scripted', firstTokenDelayMs: 60_000 } });
  running = harness;
  const abort = new AbortController();
  const title = harness.client.unary('GenerateTitle', { messages }, callOptions({ signal: abort.signal }));
  await harness.sim.waitFor(({ state }) => state === 'streaming');
  abort.abort();
  await expect(title).rejects.toMatchObject({ reason: 'CANCELLED' });
  await harness.sim.waitFor(({ state }) => state === 'aborted');
  expect(await harness.metric('gen_ai_client_operation_duration_seconds_count', { error_type: 'CANCELLED' })).toBe(1);
});
