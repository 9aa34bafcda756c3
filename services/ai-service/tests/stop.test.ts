import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { waitFor } from '@chatbot/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, callOptions, follow, type Harness, startHarness } from './harness.ts';

const models = {
  slow: { kind: 'scripted', tokens: 1_000, firstTokenDelayMs: 60_000 },
  loading: { kind: 'scripted', tokens: 1_000, loadDelayMs: 60_000 },
  gated: { kind: 'scripted', tokens: 1_000, gateAfterTokens: 3 },
  broken: { kind: 'scripted', tokens: 1_000, fault: { kind: 'error', afterTokens: 3 } },
} as const;

let sim: OllamaSim;
let harness: Harness;
beforeEach(async () => {
  sim = await startOllamaSim({ models });
  harness = await startHarness(sim.url, { OLLAMA_PARALLEL: '1' });
});
afterEach(async () => {
  await harness[Symbol.asyncDispose]();
  await sim.close();
});

function start(model: string) {
  const call = harness.client.duplex('Generate', ask('Hi', { model }), callOptions());
  return { stop: () => call.send({ stop: true }), reply: follow(call) };
}

/** The simulator is in this process, which may hear of a closed connection after it has heard of the answer. */
async function closed() {
  await waitFor(() => sim.requests.every(({ state }) => state === 'aborted'), { description: 'the request is closed' });
}

/** What the last event says. */
async function finishedOf({ end }: ReturnType<typeof follow>) {
  const { events } = await end;
  return events.at(-1)?.finished;
}

describe('stopping a reply', () => {
  it('in the middle of the text is answered with what was used, once the request to Ollama is closed', async () => {
    const { stop, reply } = start('gated');
    await waitFor(() => reply.text() === '0 1 2', { description: 'three tokens are there' });
    stop();
    const finished = await finishedOf(reply);
    await closed();
    expect(sim.requests).toHaveLength(1);
    expect(finished).toMatchObject({
      reason: 'REASON_STOPPED',
      model: 'gated:latest',
      usage: { promptTokens: 0, completionTokens: 3 },
    });
    expect(finished?.timings?.totalMs).toBeGreaterThanOrEqual(finished?.timings?.firstTokenMs ?? Infinity);
    expect(finished?.timings?.firstTokenMs).toBeGreaterThan(0);
    expect(reply.text()).toBe('0 1 2');
  });

  it.each([
    { when: 'while the model is loaded', model: 'loading', state: 'loading' },
    { when: 'before the first token', model: 'slow', state: 'streaming' },
  ])('$when is answered once the request is closed', async ({ model, state }) => {
    const { stop, reply } = start(model);
    await sim.waitFor((request) => request.state === state);
    stop();
    expect(await finishedOf(reply)).toMatchObject({ reason: 'REASON_STOPPED', usage: { completionTokens: 0 } });
    await closed();
    expect(sim.requests).toHaveLength(1);
  });

  it('in the queue leaves it, and Ollama never hears of the reply', async () => {
    const first = start('gated');
    await waitFor(() => first.reply.text() === '0 1 2', { description: 'the only place is taken' });
    const { stop, reply } = start('gated');
    await waitFor(() => reply.positions().length > 0, { description: 'the second one waits' });
    stop();
    const finished = await finishedOf(reply);
    expect(finished).toMatchObject({ reason: 'REASON_STOPPED', usage: { completionTokens: 0 } });
    expect(finished?.timings?.queuedMs).toBeGreaterThan(0);
    expect(sim.requests).toHaveLength(1);
    first.stop();
    await finishedOf(first.reply);
  });

  it('at once, before anything was answered, works too', async () => {
    const { stop, reply } = start('gated');
    stop();
    expect(await finishedOf(reply)).toMatchObject({ reason: 'REASON_STOPPED' });
    await closed();
  });

  it('twice is the same as once', async () => {
    const { stop, reply } = start('gated');
    await waitFor(() => reply.text() === '0 1 2', { description: 'three tokens are there' });
    stop();
    stop();
    const { kinds } = await reply.end;
    expect(kinds.filter((kind) => kind === 'finished')).toHaveLength(1);
    stop();
  });
});

it('a reply that fails in the middle of its text says what was used before it does', async () => {
  const { reply } = start('broken');
  await expect(reply.end).rejects.toMatchObject({ retryable: expect.any(Boolean) });
  const { finished } = reply.events.at(-1) ?? {};
  expect(finished).toMatchObject({ reason: 'REASON_FAILED', model: 'broken:latest' });
  expect(finished?.usage?.completionTokens).toBe(reply.text().split(' ').length);
});
