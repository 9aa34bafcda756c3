import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@chatbot/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/service.ts', import.meta.url));
const good = { DATABASE_URL: 'postgres://x', WORKERS: '1', BEHAVIOUR: 'normal' };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=source', fixture], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const exit = once(child, 'close').then(([code]) => ({ code: Number(code), ...output }));
  const started = () => waitFor(() => output.stdout.includes('"started"'), { description: 'it has started' });
  return { child, exit, started };
}

describe('a process with a bad environment', () => {
  it('exits with 1 within 2 s of work and names every variable at once, never a value', async () => {
    const { exit } = start({ WORKERS: 'canary-1', LOG_LEVEL: 'canary-2', BEHAVIOUR: ' ' });
    const { code, stdout, stderr } = await exit;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.split('\n').filter((line) => /^ {2}\w/.test(line))).toEqual([
      expect.stringMatching(/^ {2}LOG_LEVEL: /),
      '  DATABASE_URL: is required',
      expect.stringMatching(/^ {2}WORKERS: /),
      '  BEHAVIOUR: is required',
    ]);
    expect(stderr).not.toContain('canary');
  });

  it('does not wait for anything', async () => {
    // Loading the modules takes as long as the machine needs; measured against a process that only does that.
    const bare = await durationOf(start({ ...good, BEHAVIOUR: 'fail-to-start' }).exit);
    expect(await durationOf(start({}).exit)).toBeLessThan(bare + 2_000);
  });
});

describe('a running process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and exits with 0', async (signal) => {
    const { child, exit, started } = start(good);
    await started();
    child.kill(signal);
    const { code, stdout } = await exit;
    expect(code).toBe(0);
    expect(stdout).toContain('closed\n');
    expect(stdout).toContain('"stopped"');
  });

  it('drains and exits with 1 after a fault that nothing caught', async () => {
    const { code, stdout } = await start({ ...good, BEHAVIOUR: 'throw' }).exit;
    expect(code).toBe(1);
    expect(stdout).toContain('nobody caught this');
    expect(stdout).toContain('closed\n');
  });

  it('exits with 1 at the end of the grace period when its drain hangs, and says so', async () => {
    const { child, exit, started } = start({ ...good, BEHAVIOUR: 'hang', SHUTDOWN_GRACE_MS: '300' });
    await started();
    child.kill('SIGTERM');
    const { code, stdout } = await exit;
    expect(code).toBe(1);
    expect(stdout).toContain('drain exceeded the grace period');
  });

  it.each(['fail-to-drain', 'throw-in-drain'])('exits with 1 after a stop that goes wrong: %s', async (behaviour) => {
    const { child, exit, started } = start({ ...good, BEHAVIOUR: behaviour });
    await started();
    child.kill('SIGTERM');
    expect(await exit).toMatchObject({ code: 1 });
  });
});

it('exits with 1 and the reason when the service cannot start', async () => {
  const { code, stdout } = await start({ ...good, BEHAVIOUR: 'fail-to-start' }).exit;
  expect(code).toBe(1);
  expect(stdout).toContain('no port is free');
});

async function durationOf(work: Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work;
  return performance.now() - startedAtMs;
}
