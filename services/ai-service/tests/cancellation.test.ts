import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { waitFor } from '@chatbot/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, callOptions, follow, type Harness, readUntilError, startHarness } from './harness.ts';

const models = {
  slow: { kind: 'scripted', tokens: 1_000, firstTokenDelayMs: 60_000 },
  loading: { kind: 'scripted', tokens: 1_000, loadDelayMs: 60_000 },
  gated: { kind: 'scripted', tokens: 1_000, gateAfterTokens: 3 },
  endless: { kind: 'scripted', tokens: 100_000_000 },
} as const;

let sim: OllamaSim;
let harness: Harness;
beforeEach(async () => {
  sim = await startOllamaSim({ models });
  harness = await startHarness(sim.url);
});
afterEach(async () => {
  await harness[Symbol.asyncDispose]();
  await sim.close();
});

/** How long the simulator needed to see that the connection is closed, from `sinceMs` on. */
async function closedAfterMs(sinceMs: number): Promise<number> {
  const { closedAt } = await sim.waitFor(({ state }) => state === 'aborted');
  return (closedAt ?? Infinity) - sinceMs;
}

/** On a machine that does other things too; the simulator alone would go on for a minute. */
const atOnceMs = 5_000;

const errorNamed = (reason: string) => expect.objectContaining({ reason });

describe('cancelling Generate closes the request to Ollama at once', () => {
  it.each([
    { when: 'while the model is loaded', model: 'loading', state: 'loading' },
    { when: 'before the headers of the answer', model: 'slow', state: 'streaming' },
  ])('$when', async ({ model, state }) => {
    const abort = new AbortController();
    const reply = readUntilError(
      harness.client.serverStream('Generate', ask('Hi', { model }), callOptions({ signal: abort.signal })),
    );
    await sim.waitFor((request) => request.state === state);
    const abortedAtMs = Date.now();
    abort.abort();
    expect(await closedAfterMs(abortedAtMs)).toBeLessThan(atOnceMs);
    expect((await reply).error).toEqual(errorNamed('CANCELLED'));
  });

  it('in the middle of the text, and nothing more is sent', async () => {
    const abort = new AbortController();
    const options = callOptions({ signal: abort.signal });
    let text = '';
    let abortedAtMs = 0;
    const reading = async () => {
      for await (const { delta } of harness.client.serverStream('Generate', ask('Hi', { model: 'gated' }), options)) {
        text += delta?.text ?? '';
        if (text !== '0 1 2') continue;
        abortedAtMs = Date.now();
        abort.abort();
      }
    };
    await expect(reading()).rejects.toEqual(errorNamed('CANCELLED'));
    expect(await closedAfterMs(abortedAtMs)).toBeLessThan(atOnceMs);
    expect(sim.release()).toBe(0);
    expect(text).toBe('0 1 2');
  });

  it('in less than 100 ms, in the quickest of 15 replies: the others may have met a busy machine', async () => {
    const durationsMs: number[] = [];
    for (let count = 0; count < 15; count += 1) {
      const abort = new AbortController();
      const request = ask('Hi', { model: 'slow' });
      const reply = readUntilError(
        harness.client.serverStream('Generate', request, callOptions({ signal: abort.signal })),
      );
      await sim.waitFor(({ state }) => state === 'streaming');
      const abortedAtMs = Date.now();
      abort.abort();
      await reply;
      await sim.waitFor(() => sim.requests.every(({ state }) => state === 'aborted'));
      durationsMs.push((sim.requests.at(-1)?.closedAt ?? Infinity) - abortedAtMs);
    }
    expect(Math.min(...durationsMs)).toBeLessThan(100);
  });

  it('when the caller only stops reading', async () => {
    let leftAtMs = 0;
    for await (const { delta } of harness.client.serverStream(
      'Generate',
      ask('Hi', { model: 'gated' }),
      callOptions(),
    )) {
      leftAtMs = Date.now();
      if (delta) break;
    }
    expect(await closedAfterMs(leftAtMs)).toBeLessThan(atOnceMs);
  });

  it('when the deadline of the call passes', async () => {
    const options = callOptions({ timeoutMs: 500 });
    const startedAtMs = Date.now();
    const { error } = await readUntilError(
      harness.client.serverStream('Generate', ask('Hi', { model: 'gated' }), options),
    );
    expect(error).toEqual(errorNamed('DEADLINE_EXCEEDED'));
    expect(await closedAfterMs(startedAtMs)).toBeLessThan(500 + atOnceMs);
  });

  it('and what was written until then is counted, in the log and in the metrics', async () => {
    const abort = new AbortController();
    const stream = harness.client.serverStream(
      'Generate',
      ask('Hi', { model: 'gated' }),
      callOptions({ signal: abort.signal }),
    );
    const reply = follow(stream);
    await waitFor(() => reply.text() === '0 1 2', { description: 'three tokens are there' });
    abort.abort();
    await expect(reply.end).rejects.toEqual(errorNamed('CANCELLED'));
    await waitFor(() => harness.logs().includes('"completionTokens":3,"tokensEstimated":true'), {
      description: 'the tokens are logged',
    });
    const output = { gen_ai_token_type: 'output', gen_ai_request_model: 'gated:latest' };
    expect(await harness.metric('gen_ai_client_token_usage_sum', output)).toBe(3);
    expect(await harness.metric('gen_ai_client_token_usage_count', { gen_ai_token_type: 'input' })).toBe(0);
  });

  it('and is measured and logged as cancelled, not as a fault', async () => {
    const abort = new AbortController();
    const options = callOptions({ signal: abort.signal });
    const reply = readUntilError(harness.client.serverStream('Generate', ask('Hi', { model: 'slow' }), options));
    await sim.waitFor(({ state }) => state === 'streaming');
    abort.abort();
    await reply;
    await waitFor(() => harness.logs().includes('"outcome":"CANCELLED"'), { description: 'the line is logged' });
    expect(await harness.metric('gen_ai_client_operation_duration_seconds_count', { error_type: 'CANCELLED' })).toBe(1);
    expect(harness.logs()).not.toContain('"level":"error"');
  });
});

it('a reader that stops reading stops the model server, so that memory stays bounded', async () => {
  const stream = harness.client.serverStream('Generate', ask('Count', { model: 'endless' }), callOptions());
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  await waitFor(() => (sim.requests[0]?.tokensSent ?? 0) > 0, { description: 'tokens are sent' });

  let sent = -1;
  const stands = () => {
    const before = sent;
    sent = sim.requests[0]?.tokensSent ?? 0;
    return sent === before;
  };
  let standsCount = 0;
  await waitFor(
    () => {
      standsCount = stands() ? standsCount + 1 : 0;
      return standsCount >= 20;
    },
    { description: 'no more tokens are sent' },
  );
  expect(sent).toBeLessThan(1_000_000);
  stream.cancel();
});
