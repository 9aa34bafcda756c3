import type { GenerateResponse__Output } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import { waitFor } from '@chatbot/testkit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { duplex, serverStream } from '../src/index.ts';
import { anyInput, callOptions, delta, readAll, startTestServer } from './harness.ts';

/** Repeats what it is told, until it is told "end"; tells nobody anything before `listening` resolves. */
function repeating(listening: Promise<void> = Promise.resolve()) {
  const seen = { signals: [] as AbortSignal[] };
  const Generate = duplex({
    access: 'anyone',
    input: anyInput,
    later: z.object({ model: z.string().max(5) }),
    async *handle({ model }, call) {
      seen.signals.push(call.signal);
      yield delta(`first ${String(model)}`);
      await listening;
      const heard: string[] = [];
      let wake = () => {};
      call.onLater((request) => {
        heard.push(request.model);
        wake();
      });
      call.signal.addEventListener('abort', () => wake());
      for (;;) {
        for (const text of heard.splice(0)) {
          if (text === 'end') return;
          yield delta(text);
        }
        call.signal.throwIfAborted();
        if (heard.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  });
  return { seen, handlers: { Generate } };
}

const textsOf = (items: readonly GenerateResponse__Output[]) => items.map((item) => item.delta?.text);

describe('a call in both directions', () => {
  it('answers the first request and hears the later ones in order, also those that came before it listened', async () => {
    const { promise: listening, resolve: listen } = Promise.withResolvers<void>();
    const { handlers } = repeating(listening);
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const call = client.duplex('Generate', { model: 'one' }, callOptions());
    for (const model of ['two', 'three', 'end']) call.send({ model });
    const responses: unknown[] = [];
    for await (const response of call) {
      responses.push(response.delta?.text);
      listen();
    }
    expect(responses).toEqual(['first one', 'two', 'three']);
    await waitFor(() => server.lines.length, { description: 'the call is logged' });
    expect(server.lines[0]).toMatchObject({ code: 'OK' });
  });

  it('fails with VALIDATION_FAILED at a later request that does not fit', async () => {
    const { seen, handlers } = repeating();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const call = client.duplex('Generate', {}, callOptions());
    call.send({ model: 'too long' });
    await expect(readAll(call)).rejects.toMatchObject({ reason: 'VALIDATION_FAILED' });
    expect(seen.signals[0]?.aborted).toBe(true);
  });

  it('may be made by a client that says one thing only', async () => {
    const { seen, handlers } = repeating();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const call = client.serverStream('Generate', { model: 'one' }, callOptions());
    for await (const { delta: received } of call) {
      expect(received?.text).toBe('first one');
      break;
    }
    await waitFor(() => seen.signals[0]?.aborted, { description: 'the handler is aborted' });
  });

  it('ignores what is said to a handler that does not listen, and after the end', async () => {
    const Generate = serverStream({
      access: 'anyone',
      input: anyInput,
      async *handle() {
        yield delta('all');
      },
    });
    await using server = await startTestServer({ handlers: { Generate } });
    using client = server.connect();
    const call = client.duplex('Generate', {}, callOptions());
    call.send({ model: 'more' });
    expect(textsOf(await readAll(call))).toEqual(['all']);
    call.send({ model: 'late' });
    expect(textsOf(await readAll(client.duplex('Generate', {}, callOptions())))).toEqual(['all']);
  });

  it('ends by the signal of its caller, on both sides', async () => {
    const { seen, handlers } = repeating();
    await using server = await startTestServer({ handlers });
    using client = server.connect();
    const abort = new AbortController();
    const call = client.duplex('Generate', {}, { ...callOptions(), signal: abort.signal });
    const reading = expect(readAll(call)).rejects.toMatchObject({ reason: 'CANCELLED' });
    await waitFor(() => seen.signals.length, { description: 'the handler runs' });
    abort.abort();
    await reading;
    await waitFor(() => seen.signals[0]?.aborted, { description: 'the handler is aborted' });
  });
});
