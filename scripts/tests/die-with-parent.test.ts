import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { findAlive, makeTempDir, runScript } from './processes.ts';

const parent = join(import.meta.dirname, 'fixtures', 'parent.ts');
const processes = join(import.meta.dirname, '..', 'start', 'processes');
/** Without the guard they would live on for ever. */
const timeout = 20_000;

it.each([
  ['that ends when it is asked to', 'obedient'],
  ['that does not heed SIGTERM', 'stubborn'],
  ['that insists on printing to whom is gone', 'wordy'],
])('ends a child %s within moments when its parent is killed', async (_what, mode) => {
  await using process = runScript(parent, { args: [join(import.meta.dirname, 'fixtures', 'member.ts'), mode] });
  const { pid } = JSON.parse(await process.nextLine());
  process.child.kill('SIGKILL');
  await vi.waitFor(() => expect(findAlive([pid])).toEqual([]), { timeout });
});

it('ends a program that is not Node, and what it started, when the parent of its wrapper is killed', async () => {
  using dir = makeTempDir();
  const command = ['sh', '-c', 'sleep 1000 & wait'];
  const args = [join(processes, 'native.ts'), '--lock', join(dir.path, 'lock'), ...command];
  await using process = runScript(parent, { args });
  const { pid, message } = JSON.parse(await process.nextLine());
  process.child.kill('SIGKILL');
  await vi.waitFor(() => expect(findAlive([pid, message.pid])).toEqual([]), { timeout });
});
