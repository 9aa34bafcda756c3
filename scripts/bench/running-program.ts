import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { NodeProgram } from '../start/process-spec.ts';
import { spawnProgram } from '../start/spawn-program.ts';

const keptLineCountMax = 40;
const stopTimeoutMs = 20_000;

export interface RunningProgram<Ready> extends AsyncDisposable {
  /** What it reported when it could be used. */
  ready: Ready;
  pid: number;
}

export interface ProgramOptions<Ready> {
  program: NodeProgram;
  /** Looks at each line it prints; something else than undefined means that it can be used. */
  parseLine: (line: string) => Ready | undefined;
  timeoutMs: number;
}

/**
 * Starts a program that ends with this process, and waits until it says that it is ready. Rejects with its last output when it
 * ends before, or after timeoutMs.
 */
export async function startUntilReady<Ready>(options: ProgramOptions<Ready>): Promise<RunningProgram<Ready>> {
  const { program, parseLine, timeoutMs } = options;
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  let isReady = false;
  const child = spawnProgram(program, (line) => {
    lines.push(line);
    if (lines.length > keptLineCountMax) lines.shift();
    const ready = isReady ? undefined : parseLine(line);
    if (ready === undefined) return;
    isReady = true;
    resolve(ready);
  });
  const fail = (what: string) => reject(new Error(`${program.script} ${what}:\n${lines.join('\n')}`));
  child.once('close', (code, signal) => fail(`ended (${signal ?? code})`));
  const timer = setTimeout(() => fail(`was not ready after ${timeoutMs} ms`), timeoutMs);
  try {
    return { ready: await promise, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stopProgram(child) };
  } catch (error) {
    await stopProgram(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Parses the line {"listening": "<address>"} that the small servers print. */
export function parseListening(line: string): string | undefined {
  if (!line.startsWith('{"listening"')) return undefined;
  const value: unknown = JSON.parse(line);
  const isReport = typeof value === 'object' && value !== null && 'listening' in value;
  return isReport && typeof value.listening === 'string' ? value.listening : undefined;
}

/** Asks a program to end and waits until it has; it is killed when it takes too long. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await closed;
  clearTimeout(timer);
}
