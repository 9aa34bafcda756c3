import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isAlive } from '../bootstrap/lock.mjs';

export interface TestProcess extends AsyncDisposable {
  child: ChildProcess;
  pid: number;
  /** The next line of stdout; rejects when there is none any more. */
  nextLine: () => Promise<string>;
  /** Everything printed to stderr so far. */
  stderr: () => string;
}

/** Runs a script on this Node. It is killed at the end of the test that uses it. */
export function runScript(script: string, options: { args?: string[]; env?: NodeJS.ProcessEnv } = {}): TestProcess {
  const { args = [], env = process.env } = options;
  const child = spawn(process.execPath, ['--conditions=source', script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  if (child.pid === undefined) throw new Error(`${script} did not start`);
  return {
    child,
    pid: child.pid,
    nextLine: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} printed no more; stderr: ${stderr}`);
      return value;
    },
    stderr: () => stderr,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A folder that is removed at the end of the test that uses it. */
export function makeTempDir(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'scripts-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Which of these processes still run. */
export function findAlive(pids: readonly number[]): number[] {
  return pids.filter(isAlive);
}
