import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createDataDir, startOwnedProcess } from '../src/owned-process.ts';
import { waitFor } from '../src/wait-for.ts';

const sleeper = ['-c', 'echo $$ > "$0/pid"; exec sleep 600'];

it('ends the program and removes its folder when it is disposed of', async () => {
  const dataDir = await createDataDir('testkit-owned');
  const owned = startOwnedProcess({ command: '/bin/sh', args: [...sleeper, dataDir], dataDir, stopSignal: 'KILL' });
  const pid = await pidIn(dataDir);
  await owned[Symbol.asyncDispose]();
  expect(isRunning(pid)).toBe(false);
  expect(await exists(dataDir)).toBe(false);
});

it('ends the program and removes its folder when the process that owns it is killed', async () => {
  const dataDir = await createDataDir('testkit-owned');
  const moduleUrl = new URL('../src/owned-process.ts', import.meta.url).href;
  const code = `
    const { startOwnedProcess } = await import(${JSON.stringify(moduleUrl)});
    const [dataDir, ...args] = process.argv.slice(1);
    startOwnedProcess({ command: '/bin/sh', args, dataDir, stopSignal: 'KILL' });
    setInterval(() => {}, 1_000);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code, dataDir, ...sleeper, dataDir]);
  const pid = await pidIn(dataDir);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  await waitFor(() => !isRunning(pid), { description: 'the program has ended' });
  await waitFor(async () => !(await exists(dataDir)), { description: 'the folder is gone' });
});

it('says that a program which ended by itself is not running, with its output', async () => {
  const dataDir = await createDataDir('testkit-owned');
  const owned = startOwnedProcess({ command: '/bin/sh', args: ['-c', 'echo no'], dataDir, stopSignal: 'KILL' });
  await waitFor(() => !owned.running, { description: 'the program has ended' });
  await waitFor(() => owned.output() === 'no\n', { description: 'the output has arrived' });
});

async function pidIn(dataDir: string): Promise<number> {
  return waitFor(async () => Number(await readFile(path.join(dataDir, 'pid'), 'utf8')), {
    description: 'the program has started',
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
