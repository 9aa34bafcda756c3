import { expect, it, vi } from 'vitest';
import type { PullProgress } from '../api/models.ts';
import { noAnswer } from '../api/problem.ts';
import { createModelPull } from './model-pull.ts';

const progress: PullProgress = { state: 'downloading', completedBytes: 1, totalBytes: 2, server: 1, serverCount: 1 };

/** The server's side of each pull is in the hands of the test. */
function setUp() {
  const asked: { model: string; tell: (progress: PullProgress) => void; end: PromiseWithResolvers<void> }[] = [];
  const onEnd = vi.fn();
  const modelPull = createModelPull({
    pull(model, tell, signal) {
      const end = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => end.reject(signal.reason));
      asked.push({ model, tell, end });
      return end.promise;
    },
    onEnd,
  });
  const ended = (count: number) => vi.waitFor(() => expect(onEnd).toHaveBeenCalledTimes(count));
  return { modelPull, asked, ended };
}

it('tells how far it is, and that it is done', async () => {
  const { modelPull, asked, ended } = setUp();
  modelPull.start('mistral');
  expect(modelPull.current.get()).toEqual({ model: 'mistral', state: 'running', progress: undefined });
  asked[0]?.tell(progress);
  expect(modelPull.current.get()).toEqual({ model: 'mistral', state: 'running', progress });
  asked[0]?.end.resolve();
  await ended(1);
  expect(modelPull.current.get()).toEqual({ model: 'mistral', state: 'done' });
});

it('runs one at a time, and the next one after its end', async () => {
  const { modelPull, asked, ended } = setUp();
  modelPull.start('mistral');
  modelPull.start('phi');
  asked[0]?.end.resolve();
  await ended(1);
  modelPull.start('phi');
  expect(asked.map(({ model }) => model)).toEqual(['mistral', 'phi']);
  modelPull.stop();
  await ended(2);
});

it('that is stopped is no failure, and one that fails says why', async () => {
  const { modelPull, asked, ended } = setUp();
  modelPull.start('mistral');
  modelPull.stop();
  await ended(1);
  expect(modelPull.current.get()).toEqual({ model: 'mistral', state: 'stopped' });
  modelPull.start('mistral');
  asked[1]?.end.reject(noAnswer());
  await ended(2);
  expect(modelPull.current.get()).toMatchObject({ state: 'failed', problem: { reason: 'NO_ANSWER' } });
});
