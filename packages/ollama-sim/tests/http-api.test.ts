import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OllamaSim, startOllamaSim } from '../src/index.ts';
import { collectLines, jsonOf, numbers, post, postChat, textOf } from './client.ts';

let sim: OllamaSim;
beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      demo: { kind: 'demo' },
      embed: { kind: 'embedding' },
      'count:5': { kind: 'scripted', tokens: 5, family: 'llama', parameterSize: '3.2B', contextLength: 2048 },
    },
  });
});
afterAll(() => sim.close());

const statistics = {
  total_duration: expect.toSatisfy((value) => Number.isSafeInteger(value) && value > 0),
  load_duration: expect.toSatisfy((value) => Number.isSafeInteger(value) && value > 0),
  prompt_eval_count: expect.toSatisfy((value) => value > 0),
  prompt_eval_duration: expect.toSatisfy((value) => Number.isSafeInteger(value) && value > 0),
  eval_duration: expect.toSatisfy((value) => Number.isSafeInteger(value) && value > 0),
};
const created_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);

describe('/api/chat', () => {
  it('streams a line a token and a last line with the reason and the measurements', async () => {
    const response = await postChat(sim, { model: 'count:5' });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = await collectLines(response);
    expect(lines).toHaveLength(6);
    expect(lines[1]).toEqual({
      model: 'count:5',
      created_at,
      message: { role: 'assistant', content: ' 1' },
      done: false,
    });
    expect(lines[5]).toEqual({
      model: 'count:5',
      created_at,
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: 'stop',
      eval_count: 5,
      ...statistics,
    });
  });

  it('answers with one object when streaming is off', async () => {
    const response = await postChat(sim, { model: 'count:5', stream: false });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({
      model: 'count:5',
      created_at,
      message: { role: 'assistant', content: '0 1 2 3 4' },
      done: true,
      done_reason: 'stop',
      eval_count: 5,
      ...statistics,
    });
  });

  it('continues a trailing assistant message, also one that ends within a token', async () => {
    for (const part of ['0', '0 1 ', '0 1 2 3 4']) {
      const messages = [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: part },
      ];
      const lines = await collectLines(await postChat(sim, { model: 'count:5', messages }));
      expect(part + textOf(lines)).toBe(numbers(5));
    }
  });

  it('sends the whole reply after a trailing message that is not how it begins', async () => {
    const messages = [
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: 'zero' },
    ];
    expect(textOf(await collectLines(await postChat(sim, { model: 'count:5', messages })))).toBe(numbers(5));
  });

  it('cuts the reply at num_predict and says so', async () => {
    const lines = await collectLines(await postChat(sim, { model: 'count:5', options: { num_predict: 2, seed: 7 } }));
    expect(textOf(lines)).toBe('0 1');
    expect(lines.at(-1)).toMatchObject({ done_reason: 'length', eval_count: 2 });
  });

  it('ends the reply before a stop text that spans tokens', async () => {
    const lines = await collectLines(await postChat(sim, { model: 'count:5', options: { stop: ['2 3', 'x'] } }));
    expect(textOf(lines)).toBe('0 1 ');
    expect(lines.at(-1)).toMatchObject({ done_reason: 'stop' });
  });

  it('loads the model for a request without messages and unloads it with keep_alive 0', async () => {
    const load = await post(sim, '/api/chat', { model: 'count:5' });
    expect(await load.json()).toMatchObject({ done: true, done_reason: 'load', message: { content: '' } });
    const loaded = await jsonOf(fetch(`${sim.url}/api/ps`));
    expect(loaded.models).toContainEqual(
      expect.objectContaining({ name: 'count:5', context_length: 2048, expires_at: created_at }),
    );
    const unload = await post(sim, '/api/chat', { model: 'count:5', keep_alive: 0 });
    expect(await unload.json()).toMatchObject({ done: true, done_reason: 'unload' });
    const after = await jsonOf(fetch(`${sim.url}/api/ps`));
    expect(after.models).not.toContainEqual(expect.objectContaining({ name: 'count:5' }));
  });
});

describe('/api/generate', () => {
  it('streams the reply in the response field', async () => {
    const response = await post(sim, '/api/generate', { model: 'count:5', prompt: 'Go' });
    const lines = (await response.text()).trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line));
    expect(objects.map((line) => line.response).join('')).toBe(numbers(5));
    expect(objects.at(-1)).toMatchObject({ response: '', done: true, done_reason: 'stop', eval_count: 5 });
  });

  it('loads the model for an empty prompt', async () => {
    const response = await post(sim, '/api/generate', { model: 'count:5' });
    expect(await response.json()).toMatchObject({ response: '', done: true, done_reason: 'load' });
  });
});

describe('models', () => {
  it('lists the installed models with their details', async () => {
    const { models } = await jsonOf(fetch(`${sim.url}/api/tags`));
    expect(models.map(({ name }) => name)).toEqual(['demo:latest', 'embed:latest', 'count:5']);
    expect(models[2]).toMatchObject({
      model: 'count:5',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      details: { family: 'llama', families: ['llama'], parameter_size: '3.2B' },
    });
  });

  it.each([
    ['demo', ['completion'], 'demo', 8192],
    ['embed:latest', ['embedding'], 'hash', 8192],
    ['Count:5', ['completion'], 'llama', 2048],
  ])('shows the capabilities and the window of %s', async (model, capabilities, family, contextLength) => {
    expect(await (await post(sim, '/api/show', { model })).json()).toMatchObject({
      capabilities,
      details: { family },
      model_info: { 'general.architecture': family, [`${family}.context_length`]: contextLength },
    });
  });

  it('embeds texts as unit vectors of 384 numbers, alike for texts that share words', async () => {
    const input = ['The cat sat on the mat', 'the cat sat on a mat', 'Quarterly revenue grew', ''];
    const { embeddings } = await jsonOf(post(sim, '/api/embed', { model: 'embed', input }));
    const [first = [], second = [], third = []] = embeddings;
    for (const vector of embeddings) {
      expect(vector).toHaveLength(384);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    }
    const similarity = (left: readonly number[], right: readonly number[]) =>
      left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
    expect(similarity(first, second)).toBeGreaterThan(0.8);
    expect(similarity(first, third)).toBeLessThan(0.2);
    const again = await jsonOf(post(sim, '/api/embed', { model: 'embed', input: input[0] }));
    expect(again.embeddings).toEqual([first]);
  });

  it('pulls what it has with progress lines and refuses the rest with an error line', async () => {
    const lines = (await (await post(sim, '/api/pull', { model: 'demo' })).text()).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ status: 'success' });
    const refused = await post(sim, '/api/pull', { model: 'llama3.2' });
    expect(refused.status).toBe(200);
    expect(JSON.parse((await refused.text()).trimEnd().split('\n').at(-1) ?? '')).toEqual({
      error: expect.stringMatching(/^pull model manifest: file does not exist .*install Ollama/),
    });
  });

  it('installs what its library has, once the gate of the pull is opened, and nothing of a pull that is given up', async () => {
    await using other = await startOllamaSim({
      library: { big: { kind: 'scripted', sizeBytes: 1_000 } },
      gatePulls: true,
    });
    const isPulling = (state: string) =>
      other.waitFor(({ path, ...pull }) => path === '/api/pull' && pull.state === state);
    const installed = async () => {
      const { models } = await jsonOf(fetch(`${other.url}/api/tags`));
      return models.map(({ name }) => name);
    };
    const abort = new AbortController();
    const init = { method: 'POST', body: '{"model":"big"}', signal: abort.signal };
    const reader = (await fetch(`${other.url}/api/pull`, init)).body?.getReader();
    await reader?.read();
    abort.abort();
    await isPulling('aborted');
    expect(await installed()).toEqual(['demo:latest']);

    const pulled = post(other, '/api/pull', { model: 'big' });
    await isPulling('streaming');
    const text = (await pulled).text();
    await vi.waitUntil(() => other.release({ model: 'big' }) === 1);
    expect(await text).toContain('"completed":500}');
    expect(await installed()).toEqual(['demo:latest', 'big:latest']);
  });
});

describe('errors', () => {
  it.each([
    ['/api/chat', { model: 'nope', messages: [] }, 404, "model 'nope' not found"],
    ['/api/chat', { messages: [] }, 400, 'model is required'],
    ['/api/chat', '', 400, 'missing request body'],
    ['/api/chat', '{"model": "demo"', 400, 'unexpected EOF'],
    ['/api/chat', '<junk>', 400, 'invalid character looking for beginning of value'],
    ['/api/chat', { model: 'demo', messages: 'hello' }, 400, expect.stringContaining('cannot unmarshal')],
    ['/api/chat', { model: 'embed', messages: [] }, 400, '"embed" does not support chat'],
    ['/api/chat', { model: 'demo', messages: [], think: true }, 400, '"demo" does not support thinking'],
    ['/api/chat', { model: 'demo', keep_alive: 'soon' }, 400, 'time: invalid duration "soon"'],
    [
      '/api/chat',
      { model: 'demo', messages: [{ role: 'user', content: 'Go' }], options: { num_predict: 'many' } },
      500,
      'option "num_predict" must be of type integer',
    ],
    ['/api/generate', { prompt: 'Go' }, 404, "model '' not found"],
    ['/api/generate', { model: 'embed', prompt: 'Go' }, 400, '"embed" does not support generate'],
    ['/api/show', {}, 400, 'model is required'],
    ['/api/show', { model: 'nope:7b' }, 404, "model 'nope:7b' not found"],
    ['/api/embed', { model: 'demo', input: 'x' }, 501, 'this model does not support embeddings'],
    ['/api/embed', { model: 'embed', input: [1] }, 400, 'invalid input type'],
  ])('%s with %j gets %i', async (path, body, status, error) => {
    const response = await post(sim, path, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ error });
  });

  it('answers GET / like Ollama, and unknown paths and methods like its router', async () => {
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${sim.url}${path}`, init);
      return [response.status, await response.text()];
    };
    expect(await get('/')).toEqual([200, 'Ollama is running']);
    expect(await get('/', { method: 'HEAD' })).toEqual([200, '']);
    expect(await get('/api/nope')).toEqual([404, '404 page not found']);
    expect(await get('/api/chat')).toEqual([405, '405 method not allowed']);
  });

  it('has no control API unless asked', async () => {
    expect((await fetch(`${sim.url}/_sim/requests`)).status).toBe(404);
    expect((await postChat(sim, { model: 'sim-tokens5' })).status).toBe(404);
  });
});
