import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TaggedModel } from './client.ts';
import { OllamaError } from './errors.ts';
import { createInstalledModels } from './installed-models.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server whose answers a test has in its hands. */
function start() {
  const server = {
    names: ['llama3.2:latest'],
    /** How it answers the next questions. */
    mood: 'answers' as 'answers' | 'fails' | 'hangs',
    askedCount: 0,
    failureCount: 0,
  };
  const models = createInstalledModels(
    {
      async listModels({ signal }) {
        server.askedCount += 1;
        if (server.mood === 'fails') throw new OllamaError('unreachable');
        if (server.mood === 'hangs') await new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
        return server.names.map(tagged);
      },
      showModel: async () => ({ isChatModel: true, thinks: false, contextLength: 0 }),
    },
    {
      onNoAnswer: () => {
        server.failureCount += 1;
      },
    },
  );
  const names = async () => (await models.list()).map(({ name }) => name);
  return { models, server, names };
}

const tagged = (name: string): TaggedModel => ({ name, digest: name, sizeBytes: 1, family: '', parameterSize: '' });

it('asks again after 5 s, and shows what was installed meanwhile', async () => {
  const { server, names } = start();
  await names();
  server.names = ['mistral:latest'];
  await vi.advanceTimersByTimeAsync(4_900);
  expect([await names(), server.askedCount]).toEqual([['llama3.2:latest'], 1]);
  await vi.advanceTimersByTimeAsync(200);
  expect([await names(), server.askedCount]).toEqual([['mistral:latest'], 2]);
});

it('the last list stands in for one that does not come, which is told, for 15 s and no longer', async () => {
  const { server, names } = start();
  await names();
  server.mood = 'fails';
  await vi.advanceTimersByTimeAsync(14_900);
  expect(await names()).toEqual(['llama3.2:latest']);
  expect(server.failureCount).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  await expect(names()).rejects.toMatchObject({ failure: 'unreachable' });
});

it('the last list stands in after a second for one that is slow', async () => {
  const { server, names } = start();
  await names();
  server.mood = 'hangs';
  await vi.advanceTimersByTimeAsync(6_000);
  const listed = names();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await listed).toEqual(['llama3.2:latest']);
});

it('a list that was forgotten is asked for at once, and an answer to an earlier question does not bring it back', async () => {
  const { models, server, names } = start();
  const early = names();
  models.forget();
  server.names = ['mistral:latest'];
  await early;
  expect(await names()).toEqual(['mistral:latest']);
  expect(server.askedCount).toBe(2);
});
