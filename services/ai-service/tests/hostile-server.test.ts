import type { ServerResponse } from 'node:http';
import { startOllamaSim } from '@chatbot/ollama-sim';
import { waitFor } from '@chatbot/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, json, lastLine, line, startFakeOllama, text } from './fake-ollama.ts';
import { ask, callOptions, readAll, readUntilError, startHarness } from './harness.ts';

const started: AsyncDisposable[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const part of started.splice(0).reverse()) await part[Symbol.asyncDispose]();
});
function owned<Part extends AsyncDisposable>(part: Part): Part {
  started.push(part);
  return part;
}

async function start(answers: Parameters<typeof startFakeOllama>[0], env = {}) {
  const fake = owned(await startFakeOllama(answers));
  return { fake, ...owned(await startHarness(fake.url, env)) };
}

const megabyte = 1024 * 1024;
const canary = 'canary-7f3a';

/** Goes on writing as fast as it is read, until it is closed on. */
function endless(piece: string): Answer {
  return (_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write(piece)) {}
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  };
}

function thenClose(body: string): Answer {
  return (_request, response) => closeAfter(response, body);
}

function closeAfter(response: ServerResponse, body: string) {
  response.writeHead(200);
  response.write(body, () => response.socket?.destroy());
}

describe('a reply that breaks the protocol is MODEL_FAILED', () => {
  it.each<[string, Answer, string]>([
    ['junk', text(`${canary} is no JSON\n`), ''],
    ['junk after some text', text(`${line('Hello')}{"message":${canary}\n${lastLine}`), 'Hello'],
    ['an HTML page with status 200', text(`<html>${canary}</html>`), ''],
    ['an HTML page with status 500', (_request, response) => response.writeHead(500).end(`<h1>${canary}</h1>`), ''],
    ['an array', text('[1,2]\n'), ''],
    ['null', text('null\n'), ''],
    ['an object without a message', text('{"done":false}\n'), ''],
    ['a message of the wrong type', text('{"message":"Hello","done":false}\n'), ''],
    ['content of the wrong type', text('{"message":{"content":["Hello"]},"done":false}\n'), ''],
    ['"done" of the wrong type', text('{"message":{"content":"Hello"},"done":"yes"}\n'), ''],
    ['counts of the wrong type', text('{"message":{"content":""},"done":true,"eval_count":"many"}\n'), ''],
    ['counts that no 32-bit field holds', text('{"message":{"content":""},"done":true,"eval_count":9e15}\n'), ''],
    ['an error line after some text', text(`${line('Hello')}{"error":"${canary}"}\n`), 'Hello'],
    ['an end without "done"', text(line('Hello')), 'Hello'],
    ['an empty answer', text(''), ''],
    ['a line cut in two by the end', text('{"message":{"content":"Hel'), ''],
    ['a connection that is lost in the middle', thenClose(line('Hello')), 'Hello'],
    ['a line without an end', endless('x'.repeat(megabyte)), ''],
    ['text without an end', endless(line('y'.repeat(1_000))), expect.stringMatching(/^y*$/)],
    ['thoughts without an end', endless(`{"message":{"thinking":"${'z'.repeat(megabyte / 2)}"},"done":false}\n`), ''],
    ['JSON nested without an end', text(`${'['.repeat(megabyte / 2)}\n`), ''],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/api/tags' }).end(), ''],
  ])('%s', async (_case, chat, expectedText) => {
    const consoles = (['log', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
    const { client, fake, logs } = await start({ '/api/chat': chat });
    const stream = client.serverStream('Generate', ask('Hi'), callOptions());
    const { error, text: received } = await readUntilError(stream);

    expect(error).toMatchObject({ reason: 'MODEL_FAILED', retryable: true });
    expect(received).toEqual(expectedText);
    expect(JSON.stringify(error) + logs()).not.toContain(canary);
    for (const spy of consoles) expect(spy).not.toHaveBeenCalled();
    expect(fake.requestCount('/api/chat')).toBe(1);
    await client.unary('ListPersonas', {}, callOptions());
  });

  it('says so when the model does not fit into memory, in its own words', async () => {
    const message = 'model requires more system memory (5.6 GiB) than is available (1.2 GiB)';
    const { client } = await start({
      '/api/chat': (_request, response) => response.writeHead(500).end(JSON.stringify({ error: message })),
    });
    const { error } = await readUntilError(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(error).toMatchObject({ reason: 'MODEL_FAILED', detail: expect.stringContaining('more memory') });
  });
});

describe('a server that stops answering', () => {
  const silent: Answer = () => {};
  const limits = { OLLAMA_FIRST_BYTE_TIMEOUT_MS: '1000', OLLAMA_IDLE_TIMEOUT_MS: '1000' };

  it('is MODEL_UNAVAILABLE when it never begins', async () => {
    const { client } = await start({ '/api/chat': silent }, limits);
    const { error } = await readUntilError(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(error).toMatchObject({ reason: 'MODEL_UNAVAILABLE' });
  });

  it('is MODEL_FAILED when it falls silent in the middle, with the text before kept', async () => {
    const { client } = await start({ '/api/chat': (_request, response) => response.write(line('Hello')) }, limits);
    const { error, text: received } = await readUntilError(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(error).toMatchObject({ reason: 'MODEL_FAILED' });
    expect(received).toBe('Hello');
  });

  it('is waited for when it only takes its time, also where a proxy keeps /api/version to itself', async () => {
    async function replyBehindProxy(status: number): Promise<string> {
      let askedCount = 0;
      const { client } = await start({
        '/api/version': (_request, response) => {
          askedCount += 1;
          response.writeHead(status).end();
        },
        '/api/chat': async (_request, response) => {
          response.write(line('Hello'));
          await waitFor(() => askedCount > 0, { description: 'it is asked whether it is there' });
          const asksAgain = waitFor(() => askedCount > 1, { description: 'it is asked once more', timeoutMs: 500 });
          await expect(asksAgain).rejects.toThrow('it is asked once more');
          response.end(lastLine);
        },
      });
      return (await readAll(client.serverStream('Generate', ask('Hi'), callOptions()))).text;
    }
    expect(await Promise.all([404, 403].map(replyBehindProxy))).toEqual(['Hello', 'Hello']);
  });

  it('does not hold up the first token when only /api/ps is silent', async () => {
    const { client } = await start({ '/api/ps': silent });
    const { kinds, text: received } = await readAll(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect([kinds, received]).toEqual([['STATE_GENERATING', 'delta', 'finished'], 'Hello']);
  });
});

describe('a server that is no Ollama', () => {
  it.each<[string, Answer]>([
    ['an HTML page', text('<html></html>')],
    ['models of the wrong type', json({ models: 'llama3.2' })],
    ['an answer without an end', endless(' '.repeat(megabyte))],
    ['an error', (_request, response) => response.writeHead(500).end('oops')],
    ['a redirect to itself', (_request, response) => response.writeHead(307, { location: '/api/tags' }).end()],
  ])('gives MODEL_UNAVAILABLE: %s', async (_case, tags) => {
    const { client } = await start({ '/api/tags': tags });
    await expect(client.unary('ListModels', {}, callOptions())).rejects.toMatchObject({ reason: 'MODEL_UNAVAILABLE' });
    const { error } = await readUntilError(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(error).toMatchObject({ reason: 'MODEL_UNAVAILABLE' });
  });

  it('leaves out a model that it cannot describe, and lists the others', async () => {
    let count = 0;
    const { client } = await start({
      '/api/tags': json({
        models: [
          { name: 'a', digest: '1' },
          { name: 'b', digest: '2' },
        ],
      }),
      '/api/show': (request, response) => {
        count += 1;
        if (count === 1) response.writeHead(500).end();
        else json({ capabilities: ['completion'], model_info: { 'general.architecture': 7 } })(request, response);
      },
    });
    const { models } = await client.unary('ListModels', {}, callOptions());
    expect(models.map(({ name, contextLength }) => [name, contextLength])).toEqual([['b', 0]]);
  });
});

it.each([
  ['reset', expect.stringMatching(/^(0( 1( 2( 3( 4)?)?)?)?)?$/)],
  ['close', '0 1 2 3 4'],
  ['error', '0 1 2 3 4'],
] as const)('text that came before the fault "%s" is kept, and the next reply is whole', async (kind, kept) => {
  const model = {
    kind: 'scripted',
    tokens: 20,
    ratePerSecond: 200,
    fault: { kind, afterTokens: 5, times: 1 },
  } as const;
  const sim = owned(await startOllamaSim({ models: { 'llama3.2': model } }));
  const { client } = owned(await startHarness(sim.url));
  const broken = await readUntilError(client.serverStream('Generate', ask('Count'), callOptions()));
  expect(broken.error).toMatchObject({ reason: 'MODEL_FAILED' });
  expect(broken.text).toEqual(kept);
  const whole = await readAll(client.serverStream('Generate', ask('Count'), callOptions()));
  expect(whole.text).toBe(Array.from({ length: 20 }, (_, index) => index).join(' '));
});

it('replies that follow each other share a few connections', async () => {
  const { client, fake } = await start({
    '/api/chat': (_request, response) => {
      response.write(line('Hello').repeat(100) + lastLine);
      setImmediate(() => response.end());
    },
  });
  for (let count = 0; count < 20; count += 1) {
    await readAll(client.serverStream('Generate', ask('Hi'), callOptions()));
  }
  expect(fake.requestCount('/api/chat')).toBe(20);
  // One for a reply, one for the question whether the model is loaded, and one while the last reply's is being released.
  expect(fake.connectionCount()).toBeLessThanOrEqual(3);
});

it('credentials of a configured URL are sent as a header, to that server alone', async () => {
  const seen: (string | undefined)[] = [];
  const fake = owned(
    await startFakeOllama({
      '/ollama/api/tags': (request, response) => {
        seen.push(request.headers.authorization);
        json({ models: [] })(request, response);
      },
    }),
  );
  const { client } = owned(await startHarness(`${fake.url.replace('//', '//user:p%40ss@')}/ollama/`));
  await client.unary('ListModels', {}, callOptions());
  expect(seen).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
});
