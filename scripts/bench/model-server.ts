import { join } from 'node:path';
import { rootDir } from '../root-dir.ts';
import { parseListening, type RunningProgram, startUntilReady } from './running-program.ts';

/** The scripted models that the benches ask for; packages/ollama-sim/README.md explains the names. */
export const models = {
  /** A short reply at the pace of a fast model: the first token is alone, the rest does not take long. */
  short: 'sim-tokens8-rate200',
  warmUp: 'sim-tokens2000',
  flatOut: 'sim-tokens10000',
  /** At the pace of a fast model. */
  long: 'sim-tokens10000-rate200',
} as const;

/** A reply of numbered tokens at a pace, for a bench that needs its own length. */
export function pacedModel({ tokens, ratePerSecond }: { tokens: number; ratePerSecond: number }): string {
  return `sim-tokens${tokens}-rate${ratePerSecond}`;
}

/** Starts the simulated Ollama with these models, as a process. Its `ready` is the URL. */
export function startModelServer(names: readonly string[]): Promise<RunningProgram<string>> {
  return startUntilReady({
    program: {
      script: join(rootDir, 'packages', 'ollama-sim', 'src', 'main.ts'),
      args: ['--port', '0', '--models', [...new Set(names)].join(',')],
      env: {},
    },
    parseLine: parseListening,
    timeoutMs: 20_000,
  });
}
