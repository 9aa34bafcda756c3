import { type OllamaSim, type OllamaSimConfig, startOllamaSim } from '@chatbot/ollama-sim';
import type { PullModelResponse__Output } from '@chatbot/proto/chatbot/ai/v1/PullModelResponse';
import { freePort, waitFor } from '@chatbot/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { pullCountMax } from '../src/pull-gate.ts';
import { type Answer, startFakeOllama, text } from './fake-ollama.ts';
import { callOptions, type Harness, startHarness } from './harness.ts';

const chat = { kind: 'scripted', tokens: 3 } as const;
const library = { mistral: { ...chat, sizeBytes: 1_000 } };

const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part[Symbol.asyncDispose]();
});
function owned<Part extends AsyncDisposable>(part: Part): Part {
  started.push(part);
  return part;
}

async function startSim(config: OllamaSimConfig = {}): Promise<OllamaSim> {
  return owned(await startOllamaSim({ models: { 'llama3.2': chat }, library, ...config }));
}

async function start(...hosts: readonly { url: string }[]): Promise<Harness> {
  return owned(await startHarness(hosts.map(({ url }) => url).join(',')));
}

const away = async () => ({ url: `http://127.0.0.1:${await freePort()}` });

async function startWithAnswer(answer: Answer): Promise<Harness> {
  return start(owned(await startFakeOllama({ '/api/pull': answer })));
}

/** A pull, with what it has told so far. */
function pull({ client }: Harness, model = 'mistral', signal?: AbortSignal) {
  const told: PullModelResponse__Output[] = [];
  async function read() {
    for await (const progress of client.serverStream('PullModel', { model }, callOptions({ signal })))
      told.push(progress);
    return told;
  }
  const end = read();
  // A test may look at other things first.
  end.catch(() => {});
  return { told, end };
}

function isHalf({ told }: ReturnType<typeof pull>): boolean {
  return told.some(({ completedBytes }) => completedBytes === 500);
}

async function listedModels({ client }: Harness): Promise<string[]> {
  return (await client.unary('ListModels', {}, callOptions())).models.map(({ name }) => name);
}

/** One line of Ollama's answer each. */
function lines(...objects: object[]): Answer {
  return text(objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
}

describe('a model that is pulled', () => {
  it('is listed at once, and how far it is was told with the first and the last of each state', async () => {
    const harness = await start(await startSim());
    expect(await listedModels(harness)).toEqual(['llama3.2:latest']);
    const told = await pull(harness).end;
    expect(await listedModels(harness)).toEqual(['llama3.2:latest', 'mistral:latest']);
    expect(told.map(({ state, completedBytes, totalBytes }) => [state, completedBytes, totalBytes])).toEqual([
      ['STATE_PREPARING', 0, 0],
      ['STATE_DOWNLOADING', 0, 1_000],
      ['STATE_DOWNLOADING', 1_000, 1_000],
      ['STATE_VERIFYING', 1_000, 1_000],
      ['STATE_FINISHING', 1_000, 1_000],
      ['STATE_FINISHING', 1_000, 1_000],
    ]);
    expect(told.every(({ server, serverCount }) => server === 1 && serverCount === 1)).toBe(true);
  });

  it('is pulled on every server, one after the other', async () => {
    const [first, second] = [await startSim({ gatePulls: true }), await startSim()];
    const harness = await start(first, second);
    const running = pull(harness);
    await waitFor(() => isHalf(running), { description: 'half of it is there' });
    expect(second.requests).toEqual([]);
    first.release();
    const told = await running.end;
    expect([...new Set(told.map(({ server, serverCount }) => `${server} of ${serverCount}`))]).toEqual([
      '1 of 2',
      '2 of 2',
    ]);
    expect([first, second].map(({ requests }) => requests.map(({ path, state }) => [path, state]))).toEqual([
      [['/api/pull', 'done']],
      [['/api/pull', 'done']],
    ]);
  });

  it('adds up the bytes of its parts', async () => {
    const part = (digest: string, completed?: number) => ({
      status: `pulling ${digest}`,
      digest,
      total: 100,
      completed,
    });
    const harness = await startWithAnswer(lines(part('a', 100), part('b'), part('b', 60), { status: 'success' }));
    expect((await pull(harness).end).at(-1)).toMatchObject({ completedBytes: 160, totalBytes: 200 });
  });

  it('costs a server that is away only this one its copy, and the failure says so', async () => {
    const harness = await start(await away(), await startSim());
    const { told, end } = pull(harness);
    await expect(end).rejects.toMatchObject({
      reason: 'MODEL_UNAVAILABLE',
      detail: 'Ollama does not answer at the configured address. 1 of 2 servers have the model now.',
    });
    expect(told.map(({ server }) => server)).toEqual(told.map(() => 2));
    expect(await listedModels(harness)).toContain('mistral:latest');
  });
});

describe('a pull that fails', () => {
  const failing = (error: string) => lines({ status: 'pulling manifest' }, { error });

  it.each<[string, Answer, string, RegExp]>([
    [
      'a model that the library has not',
      failing('pull model manifest: file does not exist'),
      'MODEL_NOT_FOUND',
      /library has no model/,
    ],
    [
      'a full disk',
      failing('write /models/blobs/sha256-a: no space left on device'),
      'MODEL_FAILED',
      /no room on its disk/,
    ],
    [
      'a server that is too old',
      failing('pull model manifest: 412: this model requires a newer version of Ollama'),
      'MODEL_FAILED',
      /newer version/,
    ],
    [
      'a library out of reach',
      failing('pull model manifest: Get "https://secret.example": dial tcp: lookup failed'),
      'MODEL_FAILED',
      /does not reach/,
    ],
    ['anything else', failing('something secret'), 'MODEL_FAILED', /its log says why/],
    [
      'an error status',
      (_request, response) => response.writeHead(500).end('{"error":"secret"}'),
      'MODEL_FAILED',
      /its log says why/,
    ],
    ['a busy server', (_request, response) => response.writeHead(503).end(), 'MODEL_UNAVAILABLE', /busy/],
    ['an answer without an end', lines({ status: 'pulling manifest' }), 'MODEL_FAILED', /goes on from what it has/],
    ['an answer that is no JSON', text('<html>\n'), 'MODEL_FAILED', /cannot be read/],
    ['an answer of another shape', lines({ status: 7 }), 'MODEL_FAILED', /cannot be read/],
    ['a line without an end', text('x'.repeat(1024 * 1024 + 1)), 'MODEL_FAILED', /cannot be read/],
    [
      'parts without an end',
      lines(...Array.from({ length: 1_001 }, (_, index) => ({ digest: `${index}` }))),
      'MODEL_FAILED',
      /cannot be read/,
    ],
  ])('because of %s says so, without the words of the server', async (_why, answer, reason, detail) => {
    const harness = await startWithAnswer(answer);
    await expect(pull(harness).end).rejects.toMatchObject({ reason, detail: expect.stringMatching(detail) });
    expect(harness.logs()).not.toContain('secret');
  });

  it('because no server answers is MODEL_UNAVAILABLE', async () => {
    const harness = await start(await away());
    await expect(pull(harness).end).rejects.toMatchObject({
      reason: 'MODEL_UNAVAILABLE',
      detail: 'Ollama does not answer at the configured address.',
    });
  });

  it.each([
    '',
    'registry.example/library/mistral',
    'registry.example/mistral',
    'localhost:5000/mistral',
    'hf.co/somebody/mistral',
    'http://registry.example/mistral',
    '../mistral',
    'mistral:7b:7b',
    'mistral@sha256:0',
    'mistral latest',
    'mistral\n',
    'm'.repeat(81),
  ])('because of the name %j never reaches a server', async (model) => {
    const sim = await startSim();
    await expect(pull(await start(sim), model).end).rejects.toMatchObject({
      reason: 'VALIDATION_FAILED',
      violations: [expect.objectContaining({ field: 'model' })],
    });
    expect(sim.requests).toEqual([]);
  });
});

describe('a pull that runs', () => {
  it('is given up by cancelling the call, which closes the request to Ollama', async () => {
    const sim = await startSim({ gatePulls: true });
    const abort = new AbortController();
    const harness = await start(sim);
    const { told, end } = pull(harness, 'mistral', abort.signal);
    await waitFor(() => told.length > 0, { description: 'it has begun' });
    abort.abort();
    await expect(end).rejects.toMatchObject({ reason: 'CANCELLED' });
    await sim.waitFor(({ state }) => state === 'aborted');
    expect(await listedModels(harness)).toEqual(['llama3.2:latest']);
  });

  it('is given up while the server says nothing, too', async () => {
    const closed = Promise.withResolvers<void>();
    const abort = new AbortController();
    const harness = await startWithAnswer((_request, response) => {
      response.once('close', closed.resolve);
      response.writeHead(200).write('{"status":"pulling manifest"}\n');
    });
    const { told, end } = pull(harness, 'mistral', abort.signal);
    await waitFor(() => told.length > 0, { description: 'it has begun' });
    abort.abort();
    await expect(end).rejects.toMatchObject({ reason: 'CANCELLED' });
    await closed.promise;
  });

  it('is one of a bounded number, and its end makes room for the next', async () => {
    const sim = await startSim({ gatePulls: true });
    const harness = await start(sim);
    const running = Array.from({ length: pullCountMax }, () => pull(harness));
    await waitFor(() => running.every(isHalf), { description: 'all of them wait at the gate' });
    await expect(pull(harness).end).rejects.toMatchObject({ reason: 'OVERLOADED' });
    expect(sim.release()).toBe(pullCountMax);
    await Promise.all(running.map(({ end }) => end));
    const next = pull(harness);
    await waitFor(() => isHalf(next), { description: 'the next one is at the gate' });
    sim.release();
    await next.end;
  });
});
