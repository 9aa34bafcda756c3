import { type ChatMessage, type OllamaSim, type OllamaSimConfig, startOllamaSim } from '@chatbot/ollama-sim';
import { waitFor } from '@chatbot/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ask,
  callOptions,
  type Followed,
  follow,
  type Harness,
  readAll,
  readUntilError,
  startHarness,
} from './harness.ts';

const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part[Symbol.asyncDispose]();
});
function owned<Part extends AsyncDisposable>(part: Part): Part {
  started.push(part);
  return part;
}

async function startSim(model: object, config: OllamaSimConfig = {}): Promise<OllamaSim> {
  return owned(await startOllamaSim({ models: { 'llama3.2': { kind: 'scripted', ...model } }, ...config }));
}

async function start(sims: readonly OllamaSim[], env = {}): Promise<Harness> {
  return owned(await startHarness(sims.map(({ url }) => url).join(','), env));
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index).join(' ');
const label = ({ url }: OllamaSim) => new URL(url).host;
const generate = ({ client }: Harness, request = ask('Count')) =>
  client.serverStream('Generate', request, callOptions());

describe('a server that fails in the middle of a reply', () => {
  const steady = { tokens: 20, ratePerSecond: 200 };

  it.each(['close', 'reset', 'error', 'hang'] as const)(
    'is replaced by another one, and the caller gets one whole text: %s',
    async (kind) => {
      const broken = await startSim({ ...steady, fault: { kind, afterTokens: 5 } });
      const other = await startSim(steady);
      const harness = await start([broken, other], { OLLAMA_IDLE_TIMEOUT_MS: '1000' });
      const { text, kinds, events } = await readAll(generate(harness));

      expect(text).toBe(numbers(20));
      expect(kinds.filter((state) => state !== 'STATE_LOADING')).toEqual(['STATE_GENERATING', 'delta', 'finished']);
      expect(events.at(-1)?.finished?.usage?.completionTokens).toBe(20);
      expect([broken.requests.length, other.requests.length]).toEqual([1, 1]);
      const [continued] = other.requests;
      const begun = continued?.messages.at(-1);
      expect(begun?.role).toBe('assistant');
      expect(text.startsWith(begun?.content ?? '?')).toBe(true);
      expect(harness.logs()).toContain('"msg":"reply continued after a failure of its model server"');
    },
  );

  it('is noticed within 10 s when it vanishes without a word, long before the limits on a slow model', async () => {
    const vanishing = await startSim({ tokens: 20, gateAfterTokens: 5 });
    const harness = await start([vanishing, await startSim({ tokens: 20 })]);
    const reply = follow(generate(harness));
    await waitFor(() => reply.text() === numbers(5), { description: 'the text has begun' });
    vanishing.setServerFault('hang');
    const vanishedAtMs = performance.now();
    expect((await reply.end).text).toBe(numbers(20));
    expect(performance.now() - vanishedAtMs).toBeLessThan(10_000);
    await vanishing.waitFor(({ state }) => state === 'aborted');
  });

  it('costs the caller the tokens of one reply: no prompt twice, no token lost', async () => {
    const whole = await readAll(generate(await start([await startSim(steady)])));
    const broken = await startSim({ ...steady, fault: { kind: 'close', afterTokens: 8 } });
    const harness = await start([broken, await startSim(steady)]);
    const joined = await readAll(generate(harness));
    const usage = joined.events.at(-1)?.finished?.usage;
    expect(usage?.completionTokens).toBe(20);
    // The simulator estimates prompts by their characters.
    const expected = whole.events.at(-1)?.finished?.usage?.promptTokens ?? Number.NaN;
    expect(Math.abs((usage?.promptTokens ?? 0) - expected)).toBeLessThanOrEqual(8);
    expect(harness.logs()).toContain('"completionTokens":8,"tokensEstimated":true');
    expect(await harness.metric('gen_ai_client_token_usage_sum', { gen_ai_token_type: 'output' })).toBe(20);
  });

  it('leaves the next one no more tokens than the reply may still have', async () => {
    const broken = await startSim({ ...steady, fault: { kind: 'close', afterTokens: 5 } });
    const other = await startSim(steady);
    const request = ask('Count', { parameters: { maxTokens: 12 } });
    const { text, events } = await readAll(generate(await start([broken, other]), request));
    expect(text).toBe(numbers(12));
    expect(events.at(-1)?.finished?.reason).toBe('REASON_LENGTH');
    expect(other.requests[0]?.options).toMatchObject({ num_predict: 7 });
  });

  it('tears no code point at the seam', async () => {
    const text = '👩‍👩‍👧‍👦 grüßt 漢字 und 🎉🎊 '.repeat(5);
    const fine = { text, codePointsPerToken: 1, ratePerSecond: 1_000 };
    for (const afterTokens of [1, 2, 3, 17, 18]) {
      const broken = await startSim({ ...fine, fault: { kind: 'reset', afterTokens } });
      const reply = await readAll(generate(await start([broken, await startSim(fine)])));
      expect(reply.text).toBe(text);
    }
  });

  it('is replaced in a reply that was begun before this call, too: the next one sees one message to continue', async () => {
    const broken = await startSim({ ...steady, fault: { kind: 'close', afterTokens: 5 } });
    const other = await startSim(steady);
    const messages: ChatMessage[] = [
      { role: 'user', content: 'Count' },
      { role: 'assistant', content: numbers(10) },
    ];
    const { text } = await readAll(generate(await start([broken, other]), ask('', { messages })));
    expect(numbers(10) + text).toBe(numbers(20));
    expect(other.requests[0]?.messages.slice(1)).toEqual([
      { role: 'user', content: 'Count' },
      { role: 'assistant', content: numbers(15) },
    ]);
  });

  it('is replaced twice and no more, after which the reply fails with the text kept', async () => {
    const sims: OllamaSim[] = [];
    for (let count = 0; count < 4; count += 1) {
      sims.push(await startSim({ ...steady, fault: { kind: 'close', afterTokens: 4 } }));
    }
    const { text, error } = await readUntilError(generate(await start(sims)));
    expect(error).toMatchObject({ reason: 'MODEL_FAILED' });
    expect(text).toBe(numbers(12));
    expect(sims.flatMap(({ requests }) => requests)).toHaveLength(3);
  });

  it('is not replaced by one without the model: another model would write another reply', async () => {
    const broken = await startSim({ ...steady, fault: { kind: 'close', afterTokens: 4 } });
    const other = await startSim({}, { models: { mistral: { kind: 'scripted' } } });
    const { text, error } = await readUntilError(generate(await start([broken, other])));
    expect(error).toMatchObject({ reason: 'MODEL_FAILED' });
    expect(text).toBe(numbers(4));
    expect(other.requests).toEqual([]);
  });
});

describe('load', () => {
  const gated = { tokens: 3, gateAfterTokens: 1 };

  /** One reply for each user, all at once, released when all are under way. */
  async function spread(sims: readonly OllamaSim[], count: number): Promise<readonly number[]> {
    const harness = await start(sims);
    const replies = Array.from({ length: count }, () => follow(generate(harness)));
    const requests = () => sims.flatMap((sim) => sim.requests);
    await waitFor(() => requests().length === count, { description: 'all replies are under way' });
    const counts = sims.map((sim) => sim.requests.length);
    await releaseUntil(sims, replies);
    return counts;
  }

  it('goes to the server with the fewest requests, also when they come at the same moment', async () => {
    expect(await spread([await startSim(gated), await startSim(gated), await startSim(gated)], 9)).toEqual([3, 3, 3]);
  });

  it('goes only to servers that have the model', async () => {
    const without = await startSim({}, { models: { mistral: { kind: 'scripted' } } });
    expect(await spread([without, await startSim(gated), await startSim(gated)], 4)).toEqual([0, 2, 2]);
  });
});

describe('a server that is gone', () => {
  it('gets no requests until it answers again, and is then used without a restart', async () => {
    const model = { tokens: 3 };
    const first = await startSim(model);
    const second = await startSim(model);
    const harness = await start([first, second]);
    await readAll(generate(harness));
    expect(first.requests).toHaveLength(1);

    await first.close();
    for (let count = 0; count < 3; count += 1) expect((await readAll(generate(harness))).text).toBe(numbers(3));
    expect(harness.logs().split('model server taken out')).toHaveLength(2);

    const again = await startSim(model, { port: first.port });
    await waitFor(() => harness.logs().includes('model server brought back'), { description: 'a probe succeeds' });
    expect((await readAll(generate(harness))).text).toBe(numbers(3));
    expect(again.requests).toHaveLength(1);
  });

  it('sends those who wait for it to another one, where the reply that it had begun goes first', async () => {
    const gated = { kind: 'scripted', tokens: 3, gateAfterTokens: 1 } as const;
    const breaking = { ...gated, fault: { kind: 'close', afterTokens: 2 } } as const;
    const first = await startSim({}, { models: { 'llama3.2': gated, mistral: breaking } });
    const second = await startSim({}, { models: { 'llama3.2': gated, mistral: gated } });
    const harness = await start([first, second], { OLLAMA_PARALLEL: '2' });
    const replies: Followed[] = [];
    for (const content of ['a1', 'b1', 'a2', 'b2', 'a3', 'b3']) {
      const reply = follow(generate(harness, ask(content, { model: content === 'a2' ? 'mistral' : '' })));
      replies.push(reply);
      await waitFor(() => reply.text() === '0' || reply.positions().length > 0, {
        description: `${content} is on its way`,
      });
    }
    const asked = ({ requests }: OllamaSim) =>
      requests.map(({ messages }) => messages.find(({ role }) => role === 'user')?.content);
    expect([asked(first), asked(second)]).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2'],
    ]);

    first.release({ model: 'mistral:latest' });
    const length = () => harness.metric('generation_queue_length', { host: label(second) });
    await waitFor(async () => (await length()) === 3, { description: 'all wait for the second server' });
    for (const end of ['b1', 'b2', 'a2', 'b3']) {
      const request = await second.waitFor(
        ({ messages, state }) => messages[1]?.content === end && state === 'streaming',
      );
      second.release({ id: request.id });
      await second.waitFor(({ id, state }) => id === request.id && state === 'done');
    }
    await releaseUntil([first, second], replies);
    expect(replies.map((reply) => reply.text())).toEqual(Array(6).fill(numbers(3)));
    expect([asked(first), asked(second)]).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2', 'a2', 'b3', 'a3'],
    ]);
  });
});

describe('the only server, restarted', () => {
  const patient = { OLLAMA_RETURN_TIMEOUT_MS: '60000' };
  const isAway = (harness: Harness) =>
    waitFor(() => harness.logs().includes('model server is away'), { description: 'the server is known to be away' });

  it('answers what was asked while it was away', async () => {
    const first = await startSim({ tokens: 3 });
    const harness = await start([first], patient);
    await readAll(generate(harness));
    await first.close();
    const replies = [follow(generate(harness)), follow(generate(harness))];
    await isAway(harness);
    const again = await startSim({ tokens: 3 }, { port: first.port });
    for (const { end } of replies) expect((await end).text).toBe(numbers(3));
    expect(again.requests).toHaveLength(2);
  });

  it('goes on with the reply that it had begun, from the text so far', async () => {
    const first = await startSim({ tokens: 20, gateAfterTokens: 5 });
    const harness = await start([first], patient);
    const reply = follow(generate(harness));
    await waitFor(() => reply.text() === numbers(5), { description: 'the text has begun' });
    await first.close();
    await isAway(harness);
    const again = await startSim({ tokens: 20 }, { port: first.port });
    const { text, events } = await reply.end;
    expect(text).toBe(numbers(20));
    expect(events.at(-1)?.finished?.usage?.completionTokens).toBe(20);
    expect(again.requests[0]?.messages.at(-1)).toEqual({ role: 'assistant', content: numbers(5) });
  });

  it('is not waited for by a reply that is stopped, or given up', async () => {
    const first = await startSim({ tokens: 20, gateAfterTokens: 5 });
    const harness = await start([first], patient);
    const giveUp = new AbortController();
    const stopped = harness.client.duplex('Generate', ask('Count'), callOptions());
    const replies = [
      follow(stopped),
      follow(harness.client.serverStream('Generate', ask('Count'), callOptions({ signal: giveUp.signal }))),
    ];
    const haveBegun = () => replies.every((reply) => reply.text() === numbers(5));
    await waitFor(haveBegun, { description: 'the texts have begun' });
    await first.close();
    await isAway(harness);
    stopped.send({ stop: true });
    giveUp.abort();
    expect((await replies[0]?.end)?.events.at(-1)?.finished).toMatchObject({
      reason: 'REASON_STOPPED',
      usage: { completionTokens: 5 },
    });
    await expect(replies[1]?.end).rejects.toMatchObject({ reason: 'CANCELLED' });
  });

  it('is waited for no longer than for a restart, and then the reply says that it does not answer', async () => {
    const first = await startSim({ tokens: 3 });
    const harness = await start([first], { OLLAMA_RETURN_TIMEOUT_MS: '300' });
    await readAll(generate(harness));
    await first.close();
    const { error } = await readUntilError(generate(harness));
    expect(error).toMatchObject({ reason: 'MODEL_UNAVAILABLE' });
    expect(harness.logs()).toContain('model server is away');
  });
});

async function releaseUntil(sims: readonly OllamaSim[], replies: readonly Followed[]): Promise<void> {
  let ended = false;
  const all = Promise.all(replies.map(({ end }) => end)).finally(() => {
    ended = true;
  });
  await waitFor(
    () => {
      for (const sim of sims) sim.release();
      return ended;
    },
    { description: 'all replies are written' },
  );
  await all;
}
