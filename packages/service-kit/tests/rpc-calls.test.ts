import { AppError } from '@chatbot/errors';
import { createTestTokens, waitFor } from '@chatbot/testkit';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAccessTokenVerifier, createRequestContext, serverStream, traceIdOf, unary } from '../src/index.ts';
import { anyInput, callOptions, delta, startTestServer } from './harness.ts';

const canary = 'canary-7f3a';

/** A unary and a streaming rpc that fail with the same thing. */
function failingWith(thrown: unknown) {
  return {
    GenerateTitle: unary({ access: 'anyone', input: anyInput, handle: () => Promise.reject(thrown) }),
    Generate: serverStream({
      access: 'anyone',
      input: anyInput,
      async *handle() {
        yield delta('before');
        throw thrown;
      },
    }),
  };
}

async function read<Item>(stream: AsyncIterable<Item>) {
  const items: Item[] = [];
  const error = await (async () => {
    for await (const item of stream) items.push(item);
  })().catch((thrown: unknown) => thrown);
  return { items, error };
}

describe('a call', () => {
  it('carries request and response of a unary rpc', async () => {
    const GenerateTitle = unary({
      access: 'anyone',
      input: z.object({ messages: z.array(z.object({ role: z.string(), content: z.string() })) }),
      handle: async ({ messages }) => ({ title: messages.map(({ content }) => content).join() }),
    });
    await using server = await startTestServer({ handlers: { GenerateTitle } });
    using client = server.connect();
    const messages = [{ role: 'user', content: 'Grüße 🌍' }];
    expect(await client.unary('GenerateTitle', { messages }, callOptions())).toEqual({ title: 'Grüße 🌍' });
  });

  it('lets no method be called that the service does not have: it does not compile', async () => {
    await using server = await startTestServer({ handlers: {} });
    using client = server.connect();
    // @ts-expect-error: there is no such method.
    expect(() => client.unary('GenerateTitles', {}, callOptions())).toThrow('no method GenerateTitles');
  });

  it('carries a stream of responses in order and ends it', async () => {
    const Generate = serverStream({
      access: 'anyone',
      input: anyInput,
      async *handle() {
        for (let count = 0; count < 500; count++) yield delta(String(count));
      },
    });
    await using server = await startTestServer({ handlers: { Generate } });
    using client = server.connect();
    const { items, error } = await read(client.serverStream('Generate', {}, callOptions()));
    expect(error).toBeUndefined();
    expect(items.map((item) => item.delta?.text)).toEqual(Array.from({ length: 500 }, (_, count) => String(count)));
  });

  it('brings the request id and the trace to the handler and into the finished line', async () => {
    const seen: unknown[] = [];
    const GenerateTitle = unary({
      access: 'anyone',
      input: anyInput,
      handle: async (_input, { context }) => {
        seen.push(context);
        return { title: '' };
      },
    });
    await using server = await startTestServer({ handlers: { GenerateTitle } });
    using client = server.connect();
    const context = createRequestContext({ requestId: 'request-1' });
    await client.unary('GenerateTitle', {}, { ...callOptions(), context });
    expect(seen).toEqual([context]);
    expect(server.lines).toEqual([
      expect.objectContaining({
        msg: 'finished',
        requestId: 'request-1',
        traceId: traceIdOf(context),
        method: 'chatbot.ai.v1.AiService/GenerateTitle',
        code: 'OK',
        durationMs: expect.any(Number),
      }),
    ]);
    expect(await server.metrics()).toMatch(/rpc_server_duration_seconds_count\{.*GenerateTitle.*code="OK".*\} 1/);
  });
});

describe('an rpc of the routine', () => {
  it('says nothing in the log at level info while it goes well, and what went wrong as every other', async () => {
    const GenerateTitle = unary({
      access: 'anyone',
      input: z.object({ messages: z.array(z.object({ content: z.string() })) }),
      routine: true,
      handle: async ({ messages }) => {
        if (messages.length > 0) throw new AppError('MODEL_UNAVAILABLE');
        return { title: '' };
      },
    });
    await using server = await startTestServer({ handlers: { GenerateTitle } });
    using client = server.connect();
    await client.unary('GenerateTitle', {}, callOptions());
    await client
      .unary('GenerateTitle', { messages: [{ role: 'user', content: '' }] }, callOptions())
      .catch(() => undefined);
    expect(server.lines).toEqual([expect.objectContaining({ msg: 'finished', reason: 'MODEL_UNAVAILABLE' })]);
    expect(await server.metrics()).toMatch(/rpc_server_duration_seconds_count\{.*GenerateTitle.*code="OK".*\} 1/);
  });
});

describe('an rpc for users', () => {
  async function start() {
    const tokens = await createTestTokens();
    const parsed: unknown[] = [];
    const GenerateTitle = unary({
      access: 'user',
      input: z.unknown().transform((request) => parsed.push(request)),
      handle: async (_input, { identity }) => ({ title: identity.userId }),
    });
    const accessTokens = createAccessTokenVerifier(tokens.loadKeys);
    const server = await startTestServer({ handlers: { GenerateTitle }, accessTokens });
    return { tokens, parsed, server };
  }

  it.each([
    ['TOKEN_MISSING', () => undefined],
    ['TOKEN_INVALID', () => 'junk'],
    ['TOKEN_INVALID', (sign) => sign({ key: 'foreign' })],
    ['TOKEN_EXPIRED', (sign) => sign({ expiresInSeconds: -60 })],
  ] satisfies [string, (sign: Awaited<ReturnType<typeof createTestTokens>>['sign']) => string | undefined][])(
    'answers %s before it looks at the input (%#)',
    async (reason, tokenOf) => {
      const { tokens, parsed, server } = await start();
      await using _server = server;
      await using _tokens = tokens;
      using client = server.connect();
      const accessToken = tokenOf(tokens.sign);
      await expect(client.unary('GenerateTitle', {}, { ...callOptions(), accessToken })).rejects.toMatchObject({
        reason,
      });
      expect(parsed).toEqual([]);
    },
  );

  it('knows the user by the token, and so does its finished line', async () => {
    const { tokens, server } = await start();
    await using _server = server;
    await using _tokens = tokens;
    using client = server.connect();
    const userId = 'b7e0f9a4-6f0e-4e57-9a80-0f6a0d1f3c11';
    const accessToken = tokens.sign({ userId });
    expect(await client.unary('GenerateTitle', {}, { ...callOptions(), accessToken })).toEqual({ title: userId });
    expect(server.lines).toEqual([expect.objectContaining({ userId })]);
    expect(JSON.stringify(server.lines)).not.toContain(accessToken);
  });

  it('cannot be served without a verifier of access tokens', async () => {
    const ListModels = unary({ access: 'user', input: anyInput, handle: async () => ({ models: [] }) });
    await expect(startTestServer({ handlers: { ListModels } })).rejects.toThrow(/ListModels needs a verifier/);
  });
});

describe('an AppError', () => {
  const thrown = new AppError('RATE_LIMITED', {
    detail: 'Slow down, “please”',
    violations: [{ field: 'model', message: 'too often' }],
    metadata: { limit: '5' },
    retryAfterMs: 1_250,
    cause: new Error(canary),
  });
  const sent = {
    reason: 'RATE_LIMITED',
    detail: 'Slow down, “please”',
    violations: [{ field: 'model', message: 'too often' }],
    metadata: { limit: '5' },
    retryAfterMs: 1_250,
  };

  it('arrives whole from a unary rpc, without its cause', async () => {
    await using server = await startTestServer({ handlers: failingWith(thrown) });
    using client = server.connect();
    const error = await client.unary('GenerateTitle', {}, callOptions()).catch((caught: unknown) => caught);
    expect(error).toMatchObject(sent);
    expect(JSON.stringify(wireTextOf(error))).not.toContain(canary);
  });

  it('arrives whole after the messages of a stream, without its cause', async () => {
    await using server = await startTestServer({ handlers: failingWith(thrown) });
    using client = server.connect();
    const { items, error } = await read(client.serverStream('Generate', {}, callOptions()));
    expect(items).toHaveLength(1);
    expect(error).toMatchObject(sent);
    expect(JSON.stringify(wireTextOf(error))).not.toContain(canary);
  });

  it('does not end the process when its text is not well-formed Unicode', async () => {
    const broken = new AppError('RESOURCE_NOT_FOUND', { detail: 'half a pair: \ud83d' });
    await using server = await startTestServer({ handlers: failingWith(broken) });
    using client = server.connect();
    await expect(client.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({
      reason: 'RESOURCE_NOT_FOUND',
      detail: expect.stringContaining('half a pair'),
    });
  });

  it('is logged with its cause when the fault is ours', async () => {
    const unavailable = new AppError('UNAVAILABLE', { cause: new Error(canary) });
    await using server = await startTestServer({ handlers: failingWith(unavailable) });
    using client = server.connect();
    await expect(client.unary('GenerateTitle', {}, callOptions())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    expect(server.lines).toEqual([
      expect.objectContaining({ level: 'warn', err: expect.objectContaining({ message: canary }) }),
    ]);
  });
});

describe('what is no AppError', () => {
  it('arrives as INTERNAL with a fixed text, and its cause is logged', async () => {
    await using server = await startTestServer({ handlers: failingWith(new Error(canary)) });
    using client = server.connect();
    const fromUnary = await client.unary('GenerateTitle', {}, callOptions()).catch((caught: unknown) => caught);
    const { error: fromStream } = await read(client.serverStream('Generate', {}, callOptions()));
    for (const error of [fromUnary, fromStream]) {
      expect(error).toMatchObject({ reason: 'INTERNAL', detail: 'Something went wrong on our side' });
      expect(JSON.stringify(wireTextOf(error))).not.toContain(canary);
    }
    await waitFor(() => server.lines.length === 2, { description: 'both calls are logged' });
    for (const line of server.lines) {
      expect(line).toMatchObject({ level: 'error', code: 'INTERNAL', err: { message: canary } });
    }
  });

  it('is a response that does not fit the contract, too', async () => {
    // What a handler without types could do.
    const models = JSON.parse('[5]');
    const ListModels = unary({ access: 'anyone', input: anyInput, handle: async () => ({ models }) });
    await using server = await startTestServer({ handlers: { ListModels } });
    using client = server.connect();
    await expect(client.unary('ListModels', {}, callOptions())).rejects.toMatchObject({ reason: 'INTERNAL' });
    expect(server.lines).toEqual([expect.objectContaining({ level: 'error', code: 'INTERNAL' })]);
  });
});

it('refuses bad input with VALIDATION_FAILED and names the field', async () => {
  const GenerateTitle = unary({
    access: 'anyone',
    input: z.object({ model: z.string().max(3) }),
    handle: async () => ({ title: '' }),
  });
  await using server = await startTestServer({ handlers: { GenerateTitle } });
  using client = server.connect();
  const error = await client
    .unary('GenerateTitle', { model: canary }, callOptions())
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ reason: 'VALIDATION_FAILED', violations: [{ field: 'model' }] });
  expect(JSON.stringify(wireTextOf(error))).not.toContain(canary);
});

/** All that grpc-js received: the text of the status and the trailers. */
function wireTextOf(error: unknown) {
  const received = z.object({ cause: z.object({ details: z.string(), metadata: z.instanceof(Metadata) }) });
  const { details, metadata } = received.parse(error).cause;
  return [details, Object.entries(metadata.getMap()).map(([key, value]) => `${key} ${String(value)}`)];
}
