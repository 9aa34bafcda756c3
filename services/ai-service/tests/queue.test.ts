import type { OllamaSim } from '@chatbot/ollama-sim';
import { waitFor } from '@chatbot/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, callOptions, type Followed, follow, type Harness, readUntilError, startWithSim } from './harness.ts';

type Started = Harness & { readonly sim: OllamaSim };

let running: Started | undefined;
afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

/** A model that writes one token, then waits for a release. */
const gated = { kind: 'scripted', tokens: 3, gateAfterTokens: 1 } as const;

async function start(env: Parameters<typeof startWithSim>[1]): Promise<Started> {
  running = await startWithSim({ 'llama3.2': gated }, env);
  return running;
}

/** Asks for a reply on behalf of a user, and returns when the service has taken it up. */
async function replyFor(
  harness: Started,
  user: string,
  { content = user, signal = undefined as AbortSignal | undefined } = {},
) {
  const options = callOptions(signal === undefined ? {} : { signal });
  const reply = follow(harness.client.serverStream('Generate', ask(content, { fairnessKey: user }), options));
  await waitFor(() => reply.events.length > 0, { description: `the reply for ${content} is taken up` });
  return reply;
}

/** The contents that the model was asked about, in order. */
const asked = ({ sim }: Started) => sim.requests.map(({ messages }) => messages.at(-1)?.content);

async function releaseUntil(harness: Started, replies: readonly Followed[]): Promise<void> {
  let ended = false;
  const all = Promise.all(replies.map(({ end }) => end)).finally(() => {
    ended = true;
  });
  await waitFor(
    () => {
      harness.sim.release();
      return ended;
    },
    { description: 'all replies are written' },
  );
  await all;
}

const title = { messages: [{ role: 'user', content: 'How do I bake bread?' }] };

describe('while all places of a server are taken', () => {
  it('replies wait and are told their position, and take turns between users', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1' });
    const first = await replyFor(harness, 'first');
    const [a1, a2, b1] = [
      await replyFor(harness, 'a', { content: 'a1' }),
      await replyFor(harness, 'a', { content: 'a2' }),
      await replyFor(harness, 'b', { content: 'b1' }),
    ];
    expect([a1, a2, b1].map((reply) => reply.positions()[0])).toEqual([1, 2, 2]);
    await waitFor(() => a2.positions().at(-1) === 3, { description: 'b1 goes before a2' });
    expect(asked(harness)).toEqual(['first']);
    expect(await harness.metric('generation_queue_length')).toBe(3);

    await releaseUntil(harness, [first, a1, a2, b1]);
    expect(asked(harness)).toEqual(['first', 'a1', 'b1', 'a2']);
    expect((await a1.end).kinds).toEqual(['STATE_QUEUED', 'STATE_GENERATING', 'delta', 'finished']);
    expect(a1.events[0]?.status).toMatchObject({ model: 'llama3.2:latest', droppedMessageCount: 0 });
    expect(await harness.metric('generation_queue_length')).toBe(0);
  });

  it('the wait is measured; it is 0, with no status of it, for those who found a place', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1' });
    const first = await replyFor(harness, 'a');
    const second = await replyFor(harness, 'b');
    await releaseUntil(harness, [first, second]);
    const [free, queued] = [await first.end, await second.end];
    expect(free.kinds).not.toContain('STATE_QUEUED');
    expect(free.events.at(-1)?.finished?.timings?.queuedMs).toBe(0);
    const queuedMs = queued.events.at(-1)?.finished?.timings?.queuedMs ?? 0;
    expect(queuedMs).toBeGreaterThan(0);
    expect(await harness.metric('generation_queue_wait_seconds_count', { host: new URL(harness.sim.url).host })).toBe(
      2,
    );
    expect(await harness.metric('generation_queue_wait_seconds_sum')).toBeCloseTo(queuedMs / 1000, 3);
  });

  it('a reply that is cancelled is gone at once: the others move up, and the model is never asked', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1' });
    const abort = new AbortController();
    const first = await replyFor(harness, 'a');
    const cancelled = await replyFor(harness, 'b', { signal: abort.signal });
    const last = await replyFor(harness, 'c');
    expect(last.positions()).toEqual([2]);
    abort.abort();
    await expect(cancelled.end).rejects.toMatchObject({ reason: 'CANCELLED' });
    await waitFor(() => last.positions().at(-1) === 1, { description: 'the last one moves up' });
    await releaseUntil(harness, [first, last]);
    expect(asked(harness)).toEqual(['a', 'c']);
  });

  it('a cancelled reply makes room for the next one', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1' });
    const abort = new AbortController();
    const cancelled = await replyFor(harness, 'a', { signal: abort.signal });
    const next = await replyFor(harness, 'b');
    abort.abort();
    await expect(cancelled.end).rejects.toMatchObject({ reason: 'CANCELLED' });
    await harness.sim.waitFor(({ state }) => state === 'aborted');
    await releaseUntil(harness, [next]);
    expect(harness.sim.requests.map(({ state }) => state)).toEqual(['aborted', 'done']);
  });

  it('a full queue is RATE_LIMITED with a delay for whoever waits with the most', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1', OLLAMA_QUEUE_MAX: '2' });
    const first = await replyFor(harness, 'a');
    const [second, third] = [await replyFor(harness, 'a'), await replyFor(harness, 'a')];
    const tooMany = ask('Hi', { fairnessKey: 'a' });
    const full = { reason: 'RATE_LIMITED', retryAfterMs: 5_000, detail: expect.stringContaining('busy') };
    const refused = await readUntilError(harness.client.serverStream('Generate', tooMany, callOptions()));
    expect([refused.events, refused.error]).toEqual([[], expect.objectContaining(full)]);

    const other = await replyFor(harness, 'b');
    await expect(third.end).rejects.toMatchObject(full);
    await releaseUntil(harness, [first, second, other]);
  });
});

it('a user has so many replies written at once, and others pass the rest', async () => {
  const harness = await start({ GENERATIONS_PER_USER_MAX: '2' });
  const [a1, a2, a3] = [
    await replyFor(harness, 'a', { content: 'a1' }),
    await replyFor(harness, 'a', { content: 'a2' }),
    await replyFor(harness, 'a', { content: 'a3' }),
  ];
  const b1 = await replyFor(harness, 'b', { content: 'b1' });
  expect([a1, a2, a3, b1].map((reply) => reply.positions())).toEqual([[], [], [1], []]);
  expect(asked(harness).sort()).toEqual(['a1', 'a2', 'b1']);
  await releaseUntil(harness, [a1, a2, a3, b1]);
});

it('calls without a key stand each for itself', async () => {
  const harness = await start({ GENERATIONS_PER_USER_MAX: '1' });
  const replies = [await replyFor(harness, ''), await replyFor(harness, '')];
  expect(replies.map((reply) => reply.positions())).toEqual([[], []]);
  await releaseUntil(harness, replies);
});

describe('a title', () => {
  it('waits for a place behind all replies', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1' });
    const first = await replyFor(harness, 'a');
    const titled = harness.client.unary('GenerateTitle', title, callOptions());
    await waitFor(async () => (await harness.metric('generation_queue_length')) === 1, { description: 'it waits' });
    const second = await replyFor(harness, 'b');
    expect(second.positions()).toEqual([1]);
    await releaseUntil(harness, [first, second]);
    // The request of the title may have come to its gate by now or not.
    const isWritten = () => {
      harness.sim.release();
      return harness.sim.requests.some(({ stream, state }) => !stream && state === 'done');
    };
    await waitFor(isWritten, { description: 'the title' });
    expect((await titled).title).toBe('0 1 2');
    expect(harness.sim.requests.map(({ stream }) => stream)).toEqual([true, true, false]);
  });

  it('is the first words of the user when the queue is full of replies, and the model is not asked', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1', OLLAMA_QUEUE_MAX: '1' });
    const replies = [await replyFor(harness, 'a'), await replyFor(harness, 'b')];
    expect((await harness.client.unary('GenerateTitle', title, callOptions())).title).toBe('How do I bake bread?');
    await releaseUntil(harness, replies);
    expect(asked(harness)).toEqual(['a', 'b']);
  });

  it('gives way when replies fill the queue', async () => {
    const harness = await start({ OLLAMA_PARALLEL: '1', OLLAMA_QUEUE_MAX: '1' });
    const first = await replyFor(harness, 'a');
    const titled = harness.client.unary('GenerateTitle', title, callOptions());
    await waitFor(async () => (await harness.metric('generation_queue_length')) === 1, { description: 'it waits' });
    const second = await replyFor(harness, 'b');
    expect((await titled).title).toBe('How do I bake bread?');
    await releaseUntil(harness, [first, second]);
  });
});

it('of a hundred replies of ten users at once, so many run as the server takes, and all are written', async () => {
  const harness = await start({ OLLAMA_PARALLEL: '3', OLLAMA_QUEUE_MAX: '100' });
  const replies = Array.from({ length: 100 }, (_, index) =>
    follow(harness.client.serverStream('Generate', ask('Count', { fairnessKey: `user-${index % 10}` }), callOptions())),
  );
  await waitFor(async () => (await harness.metric('generation_queue_length')) === 97, {
    description: 'the rest waits',
  });
  await waitFor(() => harness.sim.requests.length >= 3, { description: 'the model writes' });
  expect(harness.sim.requests).toHaveLength(3);
  await releaseUntil(harness, replies);
  expect(replies.filter((reply) => reply.text() !== '0 1 2')).toEqual([]);
  expect(await harness.metric('generation_queue_wait_seconds_count')).toBe(100);
  expect(await harness.metric('generation_queue_length')).toBe(0);
});
