import type { ChatMessage } from '@chatbot/ollama-sim';
import { createRequestContext } from '@chatbot/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, callOptions, type Harness, readAll, startWithSim } from './harness.ts';

let running: Harness | undefined;
afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

async function start(...input: Parameters<typeof startWithSim>) {
  const harness = await startWithSim(...input);
  running = harness;
  return harness;
}

const longest = { parameters: { maxTokens: 32_768 } };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index).join(' ');

describe('Generate', () => {
  it('sends statuses, then the text in order, then one Finished with usage and timings', async () => {
    const { client } = await start({ 'llama3.2': { kind: 'scripted', tokens: 50, ratePerSecond: 500 } });
    const { events, kinds, text } = await readAll(client.serverStream('Generate', ask('Count'), callOptions()));

    expect(kinds.at(-3)).toBe('STATE_GENERATING');
    expect(kinds.slice(-2)).toEqual(['delta', 'finished']);
    expect(text).toBe(numbers(50));
    const finished = events.at(-1)?.finished;
    expect(finished).toMatchObject({
      reason: 'REASON_STOP',
      model: 'llama3.2:latest',
      usage: { completionTokens: 50 },
    });
    expect(finished?.usage?.promptTokens).toBeGreaterThan(0);
    expect(finished?.timings?.firstTokenMs).toBeGreaterThan(0);
    expect(finished?.timings?.totalMs).toBeGreaterThan(finished?.timings?.firstTokenMs ?? Infinity);
  });

  it('hands on the first token while the model has not made the second one', async () => {
    const { client, sim } = await start({ 'llama3.2': { kind: 'scripted', tokens: 3, gateAfterTokens: 1 } });
    const deltas: string[] = [];
    for await (const { delta } of client.serverStream('Generate', ask('Count'), callOptions())) {
      if (delta) deltas.push(delta.text);
      if (deltas.length === 1) sim.release();
    }
    expect(deltas[0]).toBe('0');
    expect(deltas.join('')).toBe('0 1 2');
  });

  it('says LOADING before GENERATING when the model is not in memory, and only then', async () => {
    const { client } = await start({ 'llama3.2': { kind: 'scripted', tokens: 3, loadDelayMs: 200 } });
    const cold = await readAll(client.serverStream('Generate', ask('Count'), callOptions()));
    expect(cold.kinds).toEqual(['STATE_LOADING', 'STATE_GENERATING', 'delta', 'finished']);
    expect(cold.events.at(-1)?.finished?.timings?.loadMs).toBeGreaterThanOrEqual(150);

    const warm = await readAll(client.serverStream('Generate', ask('Count'), callOptions()));
    expect(warm.kinds).toEqual(['STATE_GENERATING', 'delta', 'finished']);
  });

  it('joins the tokens of a flood into far fewer messages, with no token lost, doubled or out of order', async () => {
    const { client } = await start({ 'llama3.2': { kind: 'scripted', tokens: 30_000 } });
    const { text, deltas } = await readAll(client.serverStream('Generate', ask('Count', longest), callOptions()));
    expect(text).toBe(numbers(30_000));
    expect(deltas.length).toBeLessThan(3_000);
  });

  it('never splits a code point between two deltas', async () => {
    const reply = '👩‍👩‍👧‍👦 grüßt 漢字 und 🎉🎊 '.repeat(200);
    const { client } = await start({ 'llama3.2': { kind: 'scripted', text: reply, codePointsPerToken: 1 } });
    const { text, deltas } = await readAll(client.serverStream('Generate', ask('Hi', longest), callOptions()));
    expect(text).toBe(reply);
    expect(deltas.filter((delta) => delta.includes('\ufffd'))).toEqual([]);
  });

  it('sends the persona, its parameters and the window to the model, and lets the request override single parameters', async () => {
    const { client, sim } = await start({ 'llama3.2': { kind: 'scripted', tokens: 2, contextLength: 4096 } });
    const request = ask('Hi', { persona: 'analytical', parameters: { temperature: 1.5, seed: 7, stop: ['END'] } });
    await readAll(client.serverStream('Generate', request, callOptions()));

    const [sent] = sim.requests;
    expect(sent?.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('analyst') });
    expect(sent?.messages.slice(1)).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(sent?.options).toEqual({
      num_ctx: 4096,
      temperature: 1.5,
      top_p: 0.9,
      num_predict: 3072,
      seed: 7,
      stop: ['END'],
    });
  });

  it('tells the model who wrote what when several people did, and nothing of it otherwise', async () => {
    const { client, sim } = await start({ 'llama3.2': { kind: 'scripted', tokens: 1 } });
    const said = async (authors: string[]) => {
      const messages = authors.map((author, index) => ({ role: 'user', content: `Text ${index}`, author }));
      await readAll(client.serverStream('Generate', { ...ask('x'), messages }, callOptions()));
      return sim.requests.at(-1)?.messages ?? [];
    };
    const named = await said(['Ada', ' Grace\nHopper ']);
    expect(named.slice(1).map(({ content }) => content)).toEqual(['Ada: Text 0', 'Grace Hopper: Text 1']);
    expect(named[0]?.content).toContain('Several people take part');
    const plain = await said(['', '']);
    expect(plain.slice(1).map(({ content }) => content)).toEqual(['Text 0', 'Text 1']);
    expect(plain[0]?.content).not.toContain('Several people take part');
  });

  it('answers as a persona of somebody’s own, with its parameters over the default ones, and the names of several authors', async () => {
    const { client, sim } = await start({ 'llama3.2': { kind: 'scripted', tokens: 1, contextLength: 4096 } });
    const request = ask('x', {
      persona: '',
      customPersona: { prompt: 'Talk like a pirate.', parameters: { temperature: 1.5, topP: 0.5 } },
      parameters: { topP: 0.25 },
      messages: [
        { role: 'user', content: 'Ahoy', author: 'Ada' },
        { role: 'user', content: 'Hi', author: 'Grace' },
      ],
    });
    await readAll(client.serverStream('Generate', request, callOptions()));
    const [sent] = sim.requests;
    expect(sent?.messages[0]?.content).toMatch(/^Talk like a pirate\.\nSeveral people take part/);
    expect(sent?.messages[1]?.content).toBe('Ada: Ahoy');
    expect(sent?.options).toMatchObject({ temperature: 1.5, top_p: 0.25 });
  });

  it('says LENGTH when the reply is cut off at max_tokens', async () => {
    const { client } = await start({ 'llama3.2': { kind: 'scripted', tokens: 50 } });
    const request = ask('Count', { parameters: { maxTokens: 5 } });
    const { events, text } = await readAll(client.serverStream('Generate', request, callOptions()));
    expect(text).toBe(numbers(5));
    expect(events.at(-1)?.finished?.reason).toBe('REASON_LENGTH');
  });

  it('continues a reply that was begun, without repeating it', async () => {
    const { client, sim } = await start({ 'llama3.2': { kind: 'scripted', tokens: 20 } });
    const messages: ChatMessage[] = [
      { role: 'user', content: 'Count' },
      { role: 'assistant', content: numbers(10) },
    ];
    const { text } = await readAll(client.serverStream('Generate', ask('', { messages }), callOptions()));
    expect(numbers(10) + text).toBe(numbers(20));
    expect(sim.requests[0]?.messages.slice(1)).toEqual(messages);
  });

  it('drops the oldest messages when the branch does not fit, and says how many', async () => {
    const { client, sim } = await start(
      { 'llama3.2': { kind: 'scripted', tokens: 2 } },
      { CONTEXT_TOKENS_MAX: '2048' },
    );
    const messages = Array.from({ length: 60 }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: `${index} ${'word '.repeat(60)}`,
    })).slice(0, 59);
    const { events } = await readAll(client.serverStream('Generate', ask('', { messages }), callOptions()));
    const dropped = events[0]?.status?.droppedMessageCount ?? 0;
    expect(dropped).toBeGreaterThan(30);
    expect(sim.requests[0]?.messages.slice(1)).toEqual(messages.slice(dropped));
  });

  it('forwards the request id and the trace to Ollama', async () => {
    const { client, sim } = await start({ 'llama3.2': { kind: 'scripted', tokens: 2 } });
    const context = createRequestContext({ requestId: 'request-42' });
    await readAll(client.serverStream('Generate', ask('Hi'), callOptions({ context })));
    expect(sim.requests[0]?.headers).toMatchObject({ 'x-request-id': 'request-42', traceparent: context.traceparent });
  });

  it('measures duration, first text and tokens under the names of the OpenTelemetry conventions', async () => {
    const { client, metric } = await start({ 'llama3.2': { kind: 'scripted', tokens: 50 } });
    await readAll(client.serverStream('Generate', ask('Count'), callOptions()));
    const labels = {
      gen_ai_operation_name: 'chat',
      gen_ai_provider_name: 'ollama',
      gen_ai_request_model: 'llama3.2:latest',
    };
    expect(await metric('gen_ai_client_operation_duration_seconds_count', { ...labels, error_type: '' })).toBe(1);
    expect(await metric('gen_ai_client_time_to_first_chunk_seconds_count', labels)).toBe(1);
    expect(await metric('gen_ai_client_token_usage_sum', { ...labels, gen_ai_token_type: 'output' })).toBe(50);
    expect(await metric('gen_ai_client_token_usage_sum', { ...labels, gen_ai_token_type: 'input' })).toBeGreaterThan(
      50,
    );
  });
});
