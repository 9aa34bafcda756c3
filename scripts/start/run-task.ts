import { once } from 'node:events';
import type { NodeProgram } from './process-spec.ts';
import { spawnProgram } from './spawn-program.ts';
import { StartError } from './start-error.ts';

export interface RunTaskOptions {
  name: string;
  program: NodeProgram;
  /** Receives what it printed, when it fails. */
  onLine: (line: string) => void;
  /** Ends it. */
  signal: AbortSignal;
}

/** Runs a program to its end; quiet when it succeeds. Throws StartError when it fails. */
export async function runTask({ name, program, onLine, signal }: RunTaskOptions): Promise<void> {
  const lines: string[] = [];
  const child = spawnProgram(program, (line) => lines.push(line));
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const [code, exitSignal] = await once(child, 'close');
  signal.removeEventListener('abort', end);
  if (code === 0) return;
  if (!signal.aborted) for (const line of lines) onLine(line);
  throw new StartError(`${name} failed (${exitSignal ?? `exit code ${code}`}).`);
}
