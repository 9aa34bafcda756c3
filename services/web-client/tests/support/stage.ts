import { type OllamaSim, startOllamaSim } from '@chatbot/ollama-sim';
import { type System, startSystem } from '@chatbot/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser.ts';

/** A model server that does what it is told, the whole system, and a browser. There from the first `beforeAll` on. */
export type Stage = {
  readonly sim: OllamaSim;
  readonly system: System;
  readonly url: string;
  readonly browser: Browser;
};

type StageOptions = Parameters<typeof startOllamaSim>[0] & {
  /** What answers when nothing else is chosen. */
  defaultModel: string;
  env?: Readonly<Record<string, string>>;
};

/** Sets the stage before the tests of a file, and clears it after them. */
export function setStage({ defaultModel, env, ...simulated }: StageOptions): Stage {
  const stack = new AsyncDisposableStack();
  let sim: OllamaSim | undefined;
  let system: System | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    sim = stack.use(await startOllamaSim(simulated));
    system = stack.use(await startSystem({ ollamaUrl: sim.url, env: { DEFAULT_MODEL: defaultModel, ...env } }));
    browser = stack.adopt(await launchBrowser(), (launched) => launched.close());
  });
  afterAll(() => stack.disposeAsync());
  return {
    get sim() {
      return there(sim);
    },
    get system() {
      return there(system);
    },
    get url() {
      return there(system).url;
    },
    get browser() {
      return there(browser);
    },
  };
}

function there<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('the stage is not set before the tests begin');
  return part;
}
