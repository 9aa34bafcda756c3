import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OllamaSim, startOllamaSim } from '../src/index.ts';
import { numbers } from './client.ts';

let sim: OllamaSim;
let ollama: Ollama;
beforeAll(async () => {
  sim = await startOllamaSim({
    models: {
      demo: { kind: 'demo', ratePerSecond: 0 },
      embed: { kind: 'embedding' },
      count: { kind: 'scripted', tokens: 500 },
      gated: { kind: 'scripted', gateAfterTokens: 3 },
      cut: { kind: 'scripted', fault: { kind: 'close', afterTokens: 2 } },
      broken: { kind: 'scripted', fault: { kind: 'error', afterTokens: 2 } },
      crashed: { kind: 'scripted', fault: { kind: 'status', status: 500 } },
    },
  });
  ollama = new Ollama({ host: sim.url });
});
afterAll(() => sim.close());

const messages = [{ role: 'user', content: 'Go' }];

describe('the ollama package', () => {
  it('streams a chat', async () => {
    let text = '';
    for await (const part of await ollama.chat({ model: 'count', messages, stream: true })) {
      text += part.message.content;
      if (part.done) {
        expect(part).toMatchObject({ done_reason: 'stop', eval_count: 500 });
      }
    }
    expect(text).toBe(numbers(500));
  });

  it('gets a whole chat and a whole completion', async () => {
    const chat = await ollama.chat({ model: 'count', messages, options: { num_predict: 3 } });
    expect(chat.message).toEqual({ role: 'assistant', content: '0 1 2' });
    const completion = await ollama.generate({ model: 'count', prompt: 'Go', options: { num_predict: 3 } });
    expect(completion.response).toBe('0 1 2');
  });

  it('lists, shows, embeds, pulls and asks for versions and processes', async () => {
    const { models } = await ollama.list();
    expect(models.map(({ name }) => name)).toContain('demo:latest');
    expect((await ollama.show({ model: 'demo' })).capabilities).toEqual(['completion']);
    expect((await ollama.embed({ model: 'embed', input: ['a', 'b'] })).embeddings).toHaveLength(2);
    expect((await ollama.pull({ model: 'demo' })).status).toBe('success');
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await ollama.ps()).models.map(({ name }) => name)).toContain('embed:latest');
  });

  it('stops the generation by abort()', async () => {
    const stream = await ollama.chat({ model: 'gated', messages, stream: true });
    await sim.waitFor(({ model, tokensSent }) => model === 'gated' && tokensSent === 3);
    stream.abort();
    const request = await sim.waitFor(({ model, state }) => model === 'gated' && state === 'aborted');
    expect(request.tokensSent).toBe(3);
  });

  it.each([
    ['nope', "model 'nope' not found"],
    ['embed', '"embed" does not support chat'],
    ['crashed', 'llama runner process has terminated: exit status 2'],
  ])('rejects a chat with %s before it starts', async (model, message) => {
    await expect(ollama.chat({ model, messages, stream: true })).rejects.toThrow(message);
  });

  it.each([
    ['cut', 'Did not receive done or success response in stream.'],
    ['broken', 'llama runner process no longer running: 1'],
  ])('throws in the middle of a chat with %s, after the tokens before', async (model, message) => {
    const contents: string[] = [];
    const read = async () => {
      for await (const part of await ollama.chat({ model, messages, stream: true })) {
        contents.push(part.message.content);
      }
    };
    await expect(read()).rejects.toThrow(message);
    expect(contents).toEqual(['0', ' 1']);
  });
});
