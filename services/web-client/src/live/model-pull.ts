import type { ModelsApi, PullProgress } from '../api/models.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/schemas.ts';
import { createValue, type Value } from './value.ts';

/** A model that is being installed, or how that ended. */
export type Pull = { readonly model: string } & (
  | { readonly state: 'running'; readonly progress: PullProgress | undefined }
  | { readonly state: 'done' | 'stopped' }
  | { readonly state: 'failed'; readonly problem: Problem }
);

/** The installing of a model, which goes on whatever one looks at in this tab. */
export type ModelPull = {
  /** The one that runs, else the last one. */
  current: Value<Pull | undefined>;
  /** Begins one; while one runs, nothing happens. */
  start: (model: string) => void;
  /** Ends the one that runs. */
  stop: () => void;
};

/** `onEnd` is told whenever one has ended, however: what is installed may have changed. */
export function createModelPull({ pull, onEnd }: { pull: ModelsApi['pull']; onEnd: () => void }): ModelPull {
  const current = createValue<Pull | undefined>(undefined);
  let running: AbortController | undefined;

  async function run(model: string, controller: AbortController): Promise<void> {
    current.set({ model, state: 'running', progress: undefined });
    try {
      await pull(model, (progress) => current.set({ model, state: 'running', progress }), controller.signal);
      current.set({ model, state: 'done' });
    } catch (error) {
      const isStopped = controller.signal.aborted;
      current.set(isStopped ? { model, state: 'stopped' } : { model, state: 'failed', problem: problemOf(error) });
    }
    running = undefined;
    onEnd();
  }

  return {
    current,
    start(model) {
      if (running !== undefined) return;
      running = new AbortController();
      void run(model, running);
    },
    stop: () => running?.abort(),
  };
}
