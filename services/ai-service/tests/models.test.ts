import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { freePort, waitFor } from '@chatbot/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { json, lastLine, line, startFakeOllama, text } from './fake-ollama.ts';
import { ask, callOptions, type Harness, readAll, readUntilError, startHarness } from './harness.ts';

const chat = { kind: 'scripted', tokens: 3 } as const;
const embedding = { kind: 'embedding' } as const;

const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part[Symbol.asyncDispose]();
});
function owned<Part extends AsyncDisposable>(part: Part): Part {
  started.push(part);
  return part;
}

async function startSim(models: NonNullable<Parameters<typeof startOllamaSim>[0]>['models'] = {}): Promise<OllamaSim> {
  return owned(await startOllamaSim({ models }));
}

async function start(hosts: readonly { url: string }[], env = {}): Promise<Harness> {
  return owned(await startHarness(hosts.map(({ url }) => url).join(','), env));
}

async function answeringModel({ client }: Harness, model = ''): Promise<string | undefined> {
  const { events } = await readAll(client.serverStream('Generate', ask('Hi', { model }), callOptions()));
  const names = new Set(events.flatMap(({ status, finished }) => status?.model ?? finished?.model ?? []));
  expect(names.size, 'status and end name the same model').toBe(1);
  return [...names][0];
}

describe('the model that answers', () => {
  it.each([
    ['the one asked for', 'mistral:7b', 'mistral:7b'],
    ['the one asked for, with the tag that is implied', 'phi', 'phi:latest'],
    ['the one asked for, in any spelling that Ollama accepts', 'registry.ollama.ai/library/PHI', 'phi:latest'],
    ['the default when none is asked for', '', 'llama3.2:latest'],
    ['the default when the one asked for is not installed', 'gpt-9', 'llama3.2:latest'],
    ['the default when the one asked for has another tag', 'mistral', 'llama3.2:latest'],
    ['the default when the one asked for only embeds', 'nomic', 'llama3.2:latest'],
  ])('is %s', async (_case, asked, answering) => {
    const sim = await startSim({ nomic: embedding, phi: chat, 'mistral:7b': chat, 'llama3.2': chat });
    expect(await answeringModel(await start([sim]), asked)).toBe(answering);
    expect(sim.requests.map(({ model }) => model)).toEqual([answering]);
  });

  it('is the first chat model by name when the default is not installed', async () => {
    const sim = await startSim({ zephyr: chat, nomic: embedding, mistral: chat });
    expect(await answeringModel(await start([sim]))).toBe('mistral:latest');
  });

  it('is another one when the chosen one was removed since the list was read', async () => {
    let installed = [{ name: 'llama3.2:latest', digest: 'a' }];
    const fake = owned(
      await startFakeOllama({
        '/api/tags': (request, response) => json({ models: installed })(request, response),
        '/api/chat': (request, response) => {
          if (installed[0]?.name === 'mistral:latest') return text(line('Hello') + lastLine)(request, response);
          installed = [{ name: 'mistral:latest', digest: 'b' }];
          response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"model not found"}');
        },
      }),
    );
    const { client } = await start([fake]);
    const { events } = await readAll(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(events.at(-1)?.finished?.model).toBe('mistral:latest');
  });
});

describe('without a model or a server', () => {
  it('an Ollama without a chat model is MODEL_NOT_FOUND with the command to run', async () => {
    const sim = await startSim({ nomic: embedding });
    const { client } = await start([sim]);
    const { error } = await readUntilError(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(error).toMatchObject({ reason: 'MODEL_NOT_FOUND', detail: expect.stringContaining('ollama pull llama3.2') });
    expect((await client.unary('ListModels', {}, callOptions())).models).toEqual([]);
  });

  it('an absent Ollama is MODEL_UNAVAILABLE in every rpc that needs it, while the service stays healthy', async () => {
    const url = `http://admin:secret@127.0.0.1:${await freePort()}`;
    const { client, logs } = await start([{ url }], { OLLAMA_RETURN_TIMEOUT_MS: '300' });
    const unavailable = { reason: 'MODEL_UNAVAILABLE', detail: 'Ollama does not answer at the configured address.' };
    const title = { messages: [{ role: 'user', content: 'Hi' }] };

    expect((await readUntilError(client.serverStream('Generate', ask('Hi'), callOptions()))).error).toMatchObject(
      unavailable,
    );
    await expect(client.unary('ListModels', {}, callOptions())).rejects.toMatchObject(unavailable);
    await expect(client.unary('GenerateTitle', title, callOptions())).rejects.toMatchObject(unavailable);
    await client.checkServing(callOptions());
    expect(logs()).not.toContain('secret');
  });

  it('an Ollama that comes later is used without a restart', async () => {
    const port = await freePort();
    const harness = await start([{ url: `http://127.0.0.1:${port}` }]);
    await expect(harness.client.unary('ListModels', {}, callOptions())).rejects.toMatchObject({
      reason: 'MODEL_UNAVAILABLE',
    });
    owned(await startOllamaSim({ port, models: { 'llama3.2': chat } }));
    expect(await answeringModel(harness)).toBe('llama3.2:latest');
  });
});

describe('with several servers', () => {
  it('a server that does not answer is passed over', async () => {
    const sim = await startSim({ 'llama3.2': chat });
    const harness = await start([{ url: `http://127.0.0.1:${await freePort()}` }, sim]);
    expect(await answeringModel(harness)).toBe('llama3.2:latest');
  });

  it('a request goes to the first server that has the model', async () => {
    const [first, second] = [await startSim({ mistral: chat }), await startSim({ mistral: chat, 'llama3.2': chat })];
    const harness = await start([first, second]);
    expect(await answeringModel(harness, 'llama3.2')).toBe('llama3.2:latest');
    expect(await answeringModel(harness, 'mistral')).toBe('mistral:latest');
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  it('a server that fails between the list and the reply is replaced by the next one, before any text', async () => {
    const refusing = owned(
      await startFakeOllama({ '/api/chat': (_request, response) => response.writeHead(503).end('{"error":"busy"}') }),
    );
    const sim = await startSim({ 'llama3.2': chat });
    const { client } = await start([refusing, sim]);
    const reply = await readAll(client.serverStream('Generate', ask('Hi'), callOptions()));
    expect(reply.text).toBe('0 1 2');
  });

  it('ListModels names each chat model once, the default first, and survives the loss of a server', async () => {
    const [first, second] = [
      await startSim({ zephyr: chat, 'llama3.2': chat }),
      await startSim({ mistral: chat, zephyr: chat, nomic: embedding }),
    ];
    const { client } = await start([first, { url: `http://127.0.0.1:${await freePort()}` }, second]);
    const { models, configuredDefault } = await client.unary('ListModels', {}, callOptions());
    expect(configuredDefault).toBe('llama3.2');
    expect(models.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['llama3.2:latest', true],
      ['mistral:latest', false],
      ['zephyr:latest', false],
    ]);
  });
});

describe('ListModels', () => {
  it('tells what is known of each model, and marks the demo', async () => {
    const sim = await startSim({
      'llama3.2': { ...chat, family: 'llama', parameterSize: '3.2B', contextLength: 131_072, sizeBytes: 2_019_393_189 },
      demo: { kind: 'demo' },
    });
    const { models } = await (await start([sim])).client.unary('ListModels', {}, callOptions());
    expect(models[0]).toEqual({
      name: 'llama3.2:latest',
      family: 'llama',
      parameterSize: '3.2B',
      contextLength: 131_072,
      sizeBytes: 2_019_393_189,
      isDefault: true,
      isDemo: false,
    });
    expect(models[1]).toMatchObject({ name: 'demo:latest', isDemo: true, isDefault: false });
  });

  it('asks about a model once as long as its content stays the same', async () => {
    const fake = owned(await startFakeOllama({}));
    const { client } = await start([fake]);
    await Promise.all(Array.from({ length: 10 }, () => client.unary('ListModels', {}, callOptions())));
    expect([fake.requestCount('/api/tags'), fake.requestCount('/api/show')]).toEqual([1, 1]);
  });

  it('shows a model that was pulled a few seconds ago', async () => {
    let models = [{ name: 'llama3.2:latest', digest: 'a' }];
    const fake = owned(
      await startFakeOllama({ '/api/tags': (request, response) => json({ models })(request, response) }),
    );
    const { client } = await start([fake]);
    await client.unary('ListModels', {}, callOptions());
    models = [...models, { name: 'mistral:latest', digest: 'b' }];
    const listed = async () => (await client.unary('ListModels', {}, callOptions())).models.length === 2;
    await waitFor(listed, { description: 'the new model is listed' });
  });
});
