import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { ProcessSpec, TaskSpec } from '../start/process-spec.ts';
import { type RunningProcess, Supervisor } from '../start/supervisor.ts';
import { findAlive } from './processes.ts';

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);

function member(spec: Partial<ProcessSpec> & { name: string }): ProcessSpec {
  return {
    kind: 'process',
    needs: [],
    tier: 'service',
    script: fixture('member.ts'),
    args: [],
    env: {},
    readiness: { by: 'message' },
    output: 'streamed',
    ...spec,
  };
}

function supervise() {
  const lines: string[] = [];
  const exits: string[] = [];
  const restarts: RunningProcess[] = [];
  const supervisor = new Supervisor({
    onLine: ({ name, line }) => lines.push(`${name}: ${line}`),
    onStepDone: () => {},
    onExit: ({ name, reason }) => exits.push(`${name}: ${reason}`),
    onRestart: (process) => restarts.push(process),
  });
  const dispose = async () => supervisor.stop({ graceMs: 5_000 });
  return { supervisor, lines, exits, restarts, [Symbol.asyncDispose]: dispose };
}

const ready = async () => {};

it('starts a process again when it is killed, with the same arguments, and says so', async () => {
  await using stack = supervise();
  await stack.supervisor.start([member({ name: 'a', args: ['--port=1'], url: 'http://a' })], ready);
  const [before] = stack.supervisor.list();
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(stack.restarts).toHaveLength(1), { timeout: 20_000 });
  const [after] = stack.supervisor.list();
  expect(stack.exits).toEqual(['a: SIGKILL']);
  expect(stack.restarts).toEqual([{ name: 'a', pid: after?.pid, url: 'http://a' }]);
  expect(after?.pid).not.toBe(before?.pid);
  expect(stack.lines).toEqual(['a: running --port=1', 'a: running --port=1']);
});

it('waits longer before each further start of a process that keeps dying', async () => {
  const delaysMs: number[] = [];
  const supervisor = new Supervisor({
    onLine: () => {},
    onStepDone: () => {},
    onExit: ({ delayMs }) => delaysMs.push(delayMs),
    onRestart: () => {},
  });
  const start = supervisor.start([member({ name: 'a', args: ['crash'] })], ready);
  await expect(start).rejects.toThrow('a ended 4 times (exit code 3) before everything was ready');
  await supervisor.stop({ graceMs: 1_000 });
  expect(delaysMs).toEqual([250, 500, 1_000, 2_000]);
});

it('shows what a quiet process printed only when it died', async () => {
  await using stack = supervise();
  await stack.supervisor.start([member({ name: 'a', args: ['x'], output: 'on-failure' })], ready);
  expect(stack.lines).toEqual([]);
  process.kill(stack.supervisor.list()[0]?.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(stack.restarts).toHaveLength(1), { timeout: 20_000 });
  expect(stack.lines).toEqual(['a: running x']);
});

it('runs a step after those it needs, and fails the start when a task fails', async () => {
  await using stack = supervise();
  const task: TaskSpec = {
    kind: 'task',
    name: 'migrate',
    needs: ['db'],
    program: { script: fixture('member.ts'), args: ['crash'], env: {} },
  };
  const steps = [member({ name: 'service', needs: ['migrate'] }), task, member({ name: 'db', tier: 'backing' })];
  await expect(stack.supervisor.start(steps, ready)).rejects.toThrow('migrate failed (exit code 3)');
  expect(stack.lines).toEqual(['db: running ', 'migrate: no way']);
});

it('stops the edge before the services, and the services before what they stand on', async () => {
  const stack = supervise();
  const steps = [
    member({ name: 'db', tier: 'backing' }),
    member({ name: 'service', tier: 'service' }),
    member({ name: 'gateway', tier: 'edge' }),
  ];
  await stack.supervisor.start(steps, ready);
  const pids = stack.supervisor.list().map(({ pid }) => pid);
  stack.lines.length = 0;
  await stack.supervisor.stop({ graceMs: 5_000 });
  expect(stack.lines).toEqual(['gateway: ending', 'service: ending', 'db: ending']);
  expect(findAlive(pids)).toEqual([]);
});

it('kills a process that does not end in time', async () => {
  const stack = supervise();
  await stack.supervisor.start([member({ name: 'a', args: ['stubborn'] })], ready);
  const pids = stack.supervisor.list().map(({ pid }) => pid);
  await stack.supervisor.stop({ graceMs: 100 });
  expect(findAlive(pids)).toEqual([]);
  expect(stack.exits).toEqual([]);
});

it('starts again at once what is below a changed folder, and nothing else', async () => {
  await using stack = supervise();
  const steps = [
    member({ name: 'a' }),
    member({ name: 'b', script: join(import.meta.dirname, '..', 'start', 'processes', 'js-redis.ts'), args: ['0'] }),
  ];
  await stack.supervisor.start(steps, ready);
  stack.supervisor.restartBelow(join(import.meta.dirname, 'fixtures'));
  await vi.waitFor(() => expect(stack.restarts.map(({ name }) => name)).toEqual(['a']), { timeout: 20_000 });
});
