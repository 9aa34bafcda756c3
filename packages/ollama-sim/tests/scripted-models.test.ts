import { afterEach, describe, expect, it } from 'vitest';
import { type OllamaSim, type OllamaSimConfig, type ScriptedModelConfig, startOllamaSim } from '../src/index.ts';
import { collect, collectLines, jsonOf, numbers, post, postChat, readLines, textOf } from './client.ts';

const running: OllamaSim[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((sim) => sim.close()));
});

async function start(config: OllamaSimConfig): Promise<OllamaSim> {
  const sim = await startOllamaSim(config);
  running.push(sim);
  return sim;
}

function startWith(script: Omit<ScriptedModelConfig, 'kind'>): Promise<OllamaSim> {
  return start({ models: { m: { kind: 'scripted', ...script } } });
}

describe('pace', () => {
  it('keeps its rate by the clock, neither much early nor late', async () => {
    const sim = await startWith({ tokens: 21, ratePerSecond: 100 });
    const elapsedMs: number[] = [];
    // Of five, since this process may have to wait in one of them.
    for (let reply = 0; reply < 5; reply += 1) {
      const times: number[] = [];
      for await (const line of readLines(await postChat(sim, { model: 'm' }))) {
        times.push(performance.now());
        expect(line.error).toBeUndefined();
      }
      elapsedMs.push((times[20] ?? 0) - (times[0] ?? 0));
    }
    const [, , median] = elapsedMs.toSorted((left, right) => left - right);
    expect(median).toBeGreaterThan(150);
    expect(median).toBeLessThan(400);
  });

  it('gives 200 paced replies at once each its own tokens, once and in order', async () => {
    const sim = await startWith({ tokens: 20, ratePerSecond: 40 });
    const replies = Array.from({ length: 200 }, async () =>
      textOf(await collectLines(await postChat(sim, { model: 'm' }))),
    );
    expect(new Set(await Promise.all(replies))).toEqual(new Set([numbers(20)]));
  });

  it('waits before the first token, and reports it as prompt evaluation', async () => {
    const sim = await startWith({ tokens: 1, firstTokenDelayMs: 60 });
    const reply = await jsonOf(postChat(sim, { model: 'm', stream: false }));
    expect(reply.prompt_eval_duration).toBeGreaterThan(59e6);
  });

  it('loads an unloaded model once, and reports it as load duration', async () => {
    const sim = await startWith({ tokens: 1, loadDelayMs: 400 });
    const first = postChat(sim, { model: 'm', stream: false });
    await sim.waitFor(({ state }) => state === 'loading');
    const firstReply = await jsonOf(first);
    const secondReply = await jsonOf(postChat(sim, { model: 'm', stream: false }));
    expect(firstReply.load_duration).toBeGreaterThan(399e6);
    expect(secondReply.load_duration).toBeLessThan(300e6);
    await post(sim, '/api/chat', { model: 'm', keep_alive: 0 });
    const thirdReply = await jsonOf(postChat(sim, { model: 'm', stream: false }));
    expect(thirdReply.load_duration).toBeGreaterThan(399e6);
  });
});

describe('gate', () => {
  it('sends exactly the tokens before the gate, then those released, then the rest', async () => {
    const sim = await startWith({ tokens: 50, gateAfterTokens: 5 });
    const lines = readLines(await postChat(sim, { model: 'm' }));
    const take = async (count: number) => {
      const taken = [];
      for (let index = 0; index < count; index += 1) {
        taken.push((await lines.next()).value);
      }
      return textOf(taken);
    };
    expect(await take(5)).toBe('0 1 2 3 4');
    expect(sim.requests).toMatchObject([{ state: 'streaming', tokensSent: 5 }]);
    expect(sim.release({ model: 'm', tokens: 2 })).toBe(1);
    expect(await take(2)).toBe(' 5 6');
    expect((await sim.waitFor(({ tokensSent }) => tokensSent >= 7)).tokensSent).toBe(7);
    expect(sim.release()).toBe(1);
    expect(textOf(await collect(lines))).toBe(numbers(50).slice('0 1 2 3 4 5 6'.length));
    expect(sim.release()).toBe(0);
  });
});

describe('text', () => {
  it.each([1, 2, 7])('gives hostile text back unchanged, %i code points a token, never half of one', async (size) => {
    const text = '<img src=x onerror=alert(1)> [x](javascript:1) 👩‍👩‍👧‍👦 日本語 ```\n\u202e\u0000 é 🏳️‍🌈';
    const sim = await startWith({ text, codePointsPerToken: size });
    const lines = await collectLines(await postChat(sim, { model: 'm' }));
    expect(textOf(lines)).toBe(text);
    for (const line of lines) {
      expect(line.message?.content.isWellFormed()).toBe(true);
    }
  });

  it('asks the reply function with the messages before a trailing assistant message', async () => {
    const sim = await startWith({ reply: (messages) => messages.map(({ content }) => content).join('|') });
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b' },
      { role: 'assistant', content: 'a|' },
    ];
    expect(textOf(await collectLines(await postChat(sim, { model: 'm', messages })))).toBe('b');
  });

  it('survives a reply function that throws', async () => {
    const sim = await startWith({
      reply: () => {
        throw new Error('secret');
      },
    });
    const response = await postChat(sim, { model: 'm' });
    expect([response.status, await response.json()]).toEqual([500, { error: 'internal error' }]);
    expect(sim.requests).toMatchObject([{ state: 'failed' }]);
  });
});

describe('faults', () => {
  it('resets the connection after the tokens before the fault have arrived', async () => {
    const sim = await startWith({ fault: { kind: 'reset', afterTokens: 3 } });
    const lines: unknown[] = [];
    const read = async () => {
      for await (const line of readLines(await postChat(sim, { model: 'm' }))) {
        lines.push(line);
      }
    };
    await expect(read()).rejects.toThrow();
    expect(lines).toHaveLength(3);
    expect(sim.requests).toMatchObject([{ state: 'failed', tokensSent: 3 }]);
  });

  it('closes cleanly without a done line', async () => {
    const sim = await startWith({ fault: { kind: 'close', afterTokens: 2 } });
    const lines = await collectLines(await postChat(sim, { model: 'm' }));
    expect(lines.map(({ done }) => done)).toEqual([false, false]);
  });

  it('ends with an error line, or with status 500 when nothing is sent yet', async () => {
    const sim = await startWith({ fault: { kind: 'error', afterTokens: 1 } });
    const lines = await collectLines(await postChat(sim, { model: 'm' }));
    expect(lines.at(-1)).toEqual({ error: 'llama runner process no longer running: 1' });
    const early = await startWith({ fault: { kind: 'error', afterTokens: 0 } });
    expect((await postChat(early, { model: 'm' })).status).toBe(500);
  });

  it('hangs until the client leaves', async () => {
    const sim = await startWith({ fault: { kind: 'hang', afterTokens: 2 } });
    const controller = new AbortController();
    const lines = readLines(await postChat(sim, { model: 'm' }, { signal: controller.signal }));
    expect(textOf([(await lines.next()).value, (await lines.next()).value])).toBe('0 1');
    controller.abort();
    expect(await sim.waitFor(({ state }) => state === 'aborted')).toMatchObject({ tokensSent: 2 });
  });

  it('strikes only the first requests when limited', async () => {
    const sim = await startWith({ tokens: 3, fault: { kind: 'status', status: 503, times: 2 } });
    const statuses = [];
    for (let index = 0; index < 3; index += 1) {
      statuses.push((await postChat(sim, { model: 'm', stream: false })).status);
    }
    expect(statuses).toEqual([503, 503, 200]);
  });
});

describe('parallel', () => {
  it('lets the others wait in line, and answers 503 when the line is full', async () => {
    const sim = await start({
      models: { m: { kind: 'scripted', tokens: 2, gateAfterTokens: 1 } },
      parallel: 1,
      queueMax: 1,
    });
    const first = postChat(sim, { model: 'm' });
    await sim.waitFor(({ id, tokensSent }) => id === '1' && tokensSent === 1);
    const second = postChat(sim, { model: 'm' });
    await sim.waitFor(({ id, state }) => id === '2' && state === 'queued');
    const third = await postChat(sim, { model: 'm' });
    expect(third.status).toBe(503);
    expect(sim.release({ id: '1' })).toBe(1);
    expect(textOf(await collectLines(await first))).toBe('0 1');
    await sim.waitFor(({ id, tokensSent }) => id === '2' && tokensSent === 1);
    sim.release();
    expect(textOf(await collectLines(await second))).toBe('0 1');
  });

  it('gives the place in line back when the one who waits leaves', async () => {
    const sim = await start({ models: { m: { kind: 'scripted', gateAfterTokens: 1 } }, parallel: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const gone = [postChat(sim, { model: 'm' }, { signal: first.signal }).catch(() => undefined)];
    await sim.waitFor(({ id, tokensSent }) => id === '1' && tokensSent === 1);
    gone.push(postChat(sim, { model: 'm' }, { signal: second.signal }).catch(() => undefined));
    await sim.waitFor(({ id, state }) => id === '2' && state === 'queued');
    second.abort();
    await sim.waitFor(({ id, state }) => id === '2' && state === 'aborted');
    first.abort();
    await sim.waitFor(({ id, state }) => id === '1' && state === 'aborted');
    gone.push(postChat(sim, { model: 'm' }));
    expect(await sim.waitFor(({ id, tokensSent }) => id === '3' && tokensSent === 1)).toMatchObject({ id: '3' });
    sim.release();
    await Promise.all(gone);
  });
});
