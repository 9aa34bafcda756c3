import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acquireLock } from '../bootstrap/lock.mjs';
import { makeTempDir, runScript } from './processes.ts';

const holdLock = join(import.meta.dirname, 'fixtures', 'hold-lock.ts');

it('refuses a lock that another living process has, and names that process', async () => {
  using dir = makeTempDir();
  const path = join(dir.path, 'lock');
  await using holder = runScript(holdLock, { args: [path] });
  expect(await holder.nextLine()).toBe('acquired');
  expect(acquireLock(path)).toEqual({ acquired: false, pid: holder.pid });
});

it('takes over the lock of a process that was killed', async () => {
  using dir = makeTempDir();
  const path = join(dir.path, 'lock');
  await using holder = runScript(holdLock, { args: [path] });
  await holder.nextLine();
  holder.child.kill('SIGKILL');
  await once(holder.child, 'exit');
  expect(acquireLock(path)).toMatchObject({ acquired: true });
});

it.runIf(process.platform === 'linux')('takes over the lock of a process whose pid was given to another', async () => {
  using dir = makeTempDir();
  const path = join(dir.path, 'lock');
  await using holder = runScript(holdLock, { args: [path] });
  await holder.nextLine();
  const [pid, startTime, bootId] = readFileSync(path, 'utf8').split(' ');
  writeFileSync(path, `${pid} ${Number(startTime) - 1} ${bootId}`);
  expect(acquireLock(path)).toMatchObject({ acquired: true });
});

it('gives a released lock to the next', async () => {
  using dir = makeTempDir();
  const path = join(dir.path, 'lock');
  const lock = acquireLock(path);
  if (lock.acquired) lock.release();
  await using next = runScript(holdLock, { args: [path] });
  expect(await next.nextLine()).toBe('acquired');
});

it('has one winner among processes that find the same stale lock at once', async () => {
  using dir = makeTempDir();
  const path = join(dir.path, 'lock');
  writeFileSync(path, '999999999');
  const racers = Array.from({ length: 6 }, () => runScript(holdLock, { args: [path] }));
  const results = await Promise.all(racers.map((racer) => racer.nextLine()));
  expect(results.filter((result) => result === 'acquired')).toHaveLength(1);
  await Promise.all(racers.map((racer) => racer[Symbol.asyncDispose]()));
});
