import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OllamaSim, startOllamaSim } from '../src/index.ts';
import { collectLines, jsonOf, numbers, post, postChat, textOf } from './client.ts';

let sim: OllamaSim;
beforeAll(async () => {
  sim = await startOllamaSim({ control: true });
});
afterEach(() => sim.reset());
afterAll(() => sim.close());

async function listRequests() {
  const { requests } = await jsonOf(fetch(`${sim.url}/_sim/requests`));
  return requests;
}

describe('names of the sim-… scheme', () => {
  it.each([
    ['sim-tokens7', numbers(7)],
    ['sim-tokens7-rate1000-delay5-load5:latest', numbers(7)],
    ['sim-echo', 'Go 👋🏽'],
    ['sim-split1-echo', 'Go 👋🏽'],
  ])('%s replies as it says', async (model, text) => {
    const messages = [{ role: 'user', content: 'Go 👋🏽' }];
    expect(textOf(await collectLines(await postChat(sim, { model, messages })))).toBe(text);
  });

  it.each([
    'sim-',
    'sim-tokens',
    'sim-tokens-5',
    'sim-tokens5-tokens6',
    'sim-tokens9999999999',
    'sim-boom1',
    'sim-tokens5--rate1',
  ])('%s is not found', async (model) => {
    expect((await postChat(sim, { model })).status).toBe(404);
  });

  it('order faults, counted for each name', async () => {
    const model = 'sim-tokens4-close2-times1';
    expect(textOf(await collectLines(await postChat(sim, { model })))).toBe(numbers(2));
    expect(textOf(await collectLines(await postChat(sim, { model })))).toBe(numbers(4));
    expect((await postChat(sim, { model: 'sim-status503' })).status).toBe(503);
  });

  it('are listed among the installed models after a pull, until a reset', async () => {
    const installed = async () => {
      const { models } = await jsonOf(fetch(`${sim.url}/api/tags`));
      return models.map(({ name }) => name);
    };
    await (await post(sim, '/api/pull', { model: 'sim-tokens9' })).text();
    expect(await installed()).toEqual(['demo:latest', 'sim-tokens9:latest']);
    await (await post(sim, '/_sim/reset', {})).text();
    expect(await installed()).toEqual(['demo:latest']);
  });
});

describe('the control API', () => {
  it('shows what was asked and how far it has come', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Go' },
    ];
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const options = { temperature: 0.5, num_predict: 3 };
    await (await postChat(sim, { model: 'sim-tokens5', messages, options }, { headers })).text();
    expect((await listRequests()).at(-1)).toMatchObject({
      path: '/api/chat',
      model: 'sim-tokens5',
      messages,
      options,
      stream: true,
      headers,
      state: 'done',
      tokensSent: 3,
      startedAt: expect.any(Number),
      firstTokenAt: expect.any(Number),
      closedAt: expect.any(Number),
    });
  });

  it('releases a gate over the wire', async () => {
    const reply = postChat(sim, { model: 'sim-tokens4-gate2' }).then(collectLines);
    const { id } = await sim.waitFor(({ tokensSent, state }) => tokensSent === 2 && state === 'streaming');
    expect(await (await post(sim, '/_sim/release', { id: `${id}0` })).json()).toEqual({ released: 0 });
    expect(await (await post(sim, '/_sim/release', { model: 'sim-tokens4-gate2' })).json()).toEqual({ released: 1 });
    expect(textOf(await reply)).toBe(numbers(4));
  });

  it('makes every request fail, but its own', async () => {
    await (await post(sim, '/_sim/faults', { mode: 'refuse' })).text();
    expect((await fetch(`${sim.url}/api/tags`)).status).toBe(503);
    await (await post(sim, '/_sim/faults', { mode: 'reset' })).text();
    await expect(fetch(`${sim.url}/api/tags`)).rejects.toThrow();
    await (await post(sim, '/_sim/faults', { mode: 'hang' })).text();
    await expect(fetch(`${sim.url}/`, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    await (await post(sim, '/_sim/faults', { mode: 'none' })).text();
    expect((await fetch(`${sim.url}/api/tags`)).status).toBe(200);
  });

  it('refuses what it does not know', async () => {
    expect((await post(sim, '/_sim/faults', { mode: 'explode' })).status).toBe(400);
    expect((await post(sim, '/_sim/release', { modle: 'x' })).status).toBe(400);
    expect((await post(sim, '/_sim/nope', {})).status).toBe(404);
  });

  it('forgets the requests that have ended on reset', async () => {
    await (await postChat(sim, { model: 'sim-tokens1' })).text();
    expect(await listRequests()).not.toEqual([]);
    await (await post(sim, '/_sim/reset', {})).text();
    expect(await listRequests()).toEqual([]);
  });

  it('says what there was when a wait is in vain', async () => {
    await (await postChat(sim, { model: 'sim-tokens1' })).text();
    await expect(sim.waitFor(() => false, { timeoutMs: 10 })).rejects.toThrow('sim-tokens1 done 1');
  });
});
