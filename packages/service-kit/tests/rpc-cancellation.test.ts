import { waitFor } from '@chatbot/testkit';
import { describe, expect, it } from 'vitest';
import { type RpcCall, serverStream, unary } from '../src/index.ts';
import { anyInput, callOptions, delta, readAll, startTestServer } from './harness.ts';

/** Handlers that go on until they are aborted, and what was seen of them. */
function endlessHandlers() {
  const seen = { signals: [] as AbortSignal[], yielded: 0, ended: 0 };
  return {
    seen,
    handlers: {
      /** Waits for its signal. */
      GenerateTitle: unary({
        access: 'anyone',
        input: anyInput,
        async handle(_input, call) {
          seen.signals.push(call.signal);
          await aborted(call);
          return { title: '' };
        },
      }),
      /** One message, then waits for its signal; with a model "fast" it writes as much as it is let. */
      Generate: serverStream({
        access: 'anyone',
        input: anyInput,
        async *handle({ model }, call) {
          seen.signals.push(call.signal);
          const text = 'x'.repeat(model === 'fast' ? 10_000 : 1);
          try {
            do {
              seen.yielded++;
              yield delta(text);
            } while (model === 'fast');
            await aborted(call);
          } finally {
            seen.ended++;
          }
        },
      }),
    },
  };
}

function aborted({ signal }: RpcCall): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/**
 * Makes a call that is overdue once it has got somewhere. One that a busy machine had no time for shows nothing, so it is made again with more.
 */
async function overdue(
  hasGotThere: () => boolean,
  { call }: { call: (timeoutMs: number) => Promise<unknown> },
): Promise<void> {
  for (let timeoutMs = 250; !hasGotThere(); timeoutMs *= 4) {
    await expect(call(timeoutMs)).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  }
}

function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? Reflect.get(signal.reason, 'reason') : undefined;
}

describe('a deadline', () => {
  it('fails a unary call with DEADLINE_EXCEEDED on both sides', async () => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    await client.unary('ListPersonas', {}, callOptions());
    await overdue(() => seen.signals.length > 0, {
      call: (timeoutMs) => client.unary('GenerateTitle', {}, { ...callOptions(), timeoutMs }),
    });
    await waitFor(() => seen.signals[0]?.aborted, { description: 'the handler is aborted' });
    expect(reasonOf(seen.signals[0])).toBe('DEADLINE_EXCEEDED');
    await waitFor(() => server.lines.some(({ code }) => code === 'DEADLINE_EXCEEDED'), {
      description: 'the call is logged',
    });
  });

  it('fails a stream with DEADLINE_EXCEEDED after what it has given, and ends its handler', async () => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    await client.unary('ListPersonas', {}, callOptions());
    let texts: unknown[] = [];
    await overdue(() => texts.length > 0, {
      async call(timeoutMs) {
        texts = [];
        const stream = client.serverStream('Generate', {}, { ...callOptions(), timeoutMs });
        for await (const { delta: received } of stream) texts.push(received?.text);
      },
    });
    expect(texts).toEqual(['x']);
    await waitFor(() => seen.ended, { description: 'the handler has ended' });
  });
});

describe('a caller that goes away', () => {
  it('aborts the handler of a unary call', async () => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const abort = new AbortController();
    const call = client.unary('GenerateTitle', {}, { ...callOptions(), signal: abort.signal });
    const outcome = expect(call).rejects.toMatchObject({ reason: 'CANCELLED' });
    await waitFor(() => seen.signals.length, { description: 'the handler runs' });
    abort.abort();
    await outcome;
    await waitFor(() => reasonOf(seen.signals[0]) === 'CANCELLED', { description: 'the handler is aborted' });
  });

  it.each(['unary', 'stream'])('makes no %s call at all when its signal was aborted before', async (kind) => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const options = { ...callOptions(), signal: AbortSignal.abort() };
    const call =
      kind === 'unary'
        ? client.unary('GenerateTitle', {}, options)
        : readAll(client.serverStream('Generate', {}, options));
    await expect(call).rejects.toMatchObject({ reason: 'CANCELLED' });
    await client.unary('ListPersonas', {}, callOptions());
    expect(seen.signals).toEqual([]);
  });

  it.each([
    ['its signal', (abort: AbortController) => abort.abort()],
    ['cancel()', (_abort: AbortController, stream: { cancel(): void }) => stream.cancel()],
  ])('ends a stream that waits, by %s', async (_by, leave) => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const abort = new AbortController();
    const stream = client.serverStream('Generate', {}, { ...callOptions(), signal: abort.signal });
    const reading = readAll(stream);
    const outcome = expect(reading).rejects.toMatchObject({ reason: 'CANCELLED' });
    await waitFor(() => seen.yielded, { description: 'the handler runs' });
    leave(abort, stream);
    await outcome;
    await waitFor(() => seen.ended, { description: 'the handler has ended' });
    expect(reasonOf(seen.signals[0])).toBe('CANCELLED');
    await waitFor(() => server.lines.length, { description: 'the call is logged' });
    expect(server.lines[0]).toMatchObject({ level: 'info', code: 'CANCELLED' });
  });

  it('ends a stream by leaving the loop', async () => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    for await (const _message of client.serverStream('Generate', {}, callOptions())) break;
    await waitFor(() => seen.ended, { description: 'the handler has ended' });
    expect(reasonOf(seen.signals[0])).toBe('CANCELLED');
  });
});

describe('a caller that does not read', () => {
  it('holds a fast handler up, whose finally blocks run when it leaves', async () => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const stream = client.serverStream('Generate', { model: 'fast' }, callOptions());
    await waitFor(() => isSteady(() => seen.yielded), { description: 'the handler is held up' });
    // 10 kB each: what fits into the windows and buffers of both sides, far below what a second would produce.
    expect(seen.yielded).toBeLessThan(100);
    const heldUpAt = seen.yielded;
    stream.cancel();
    await waitFor(() => seen.ended, { description: 'the handler has ended' });
    expect(seen.yielded).toBe(heldUpAt);
  });

  it('gets everything in order once it reads', async () => {
    const { seen, handlers } = endlessHandlers();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const stream = client.serverStream('Generate', { model: 'fast' }, callOptions());
    await waitFor(() => isSteady(() => seen.yielded), { description: 'the handler is held up' });
    let count = 0;
    for await (const { delta: received } of stream) {
      expect(received?.text).toHaveLength(10_000);
      if (++count === 300) break;
    }
    expect(seen.yielded).toBeGreaterThanOrEqual(300);
  });

  it('learns of a failure that came before it began to read, and the process lives on', async () => {
    const Generate = serverStream({
      access: 'anyone',
      input: anyInput,
      // biome-ignore lint/correctness/useYield: a stream may fail before its first message
      async *handle() {
        throw new Error('failed at once');
      },
    });
    await using server = await startTestServer({ handlers: { Generate } });
    using client = server.connect();
    const stream = client.serverStream('Generate', {}, callOptions());
    await waitFor(() => server.lines.length, { description: 'the call has failed' });
    await client.unary('ListPersonas', {}, callOptions());
    await expect(readAll(stream)).rejects.toMatchObject({ reason: 'INTERNAL' });
  });
});

/** Whether `read` gives the same number on twenty looks; between two of them everybody in this process had a turn. */
async function isSteady(read: () => number): Promise<boolean> {
  const before = read();
  let looks = 0;
  await waitFor(() => read() !== before || ++looks === 20, { description: 'a while has passed' });
  return before > 0 && read() === before;
}
