import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonOf } from './client.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--conditions=source', main, ...args], { env: { ...process.env, ...env } });
  children.push(child);
  return child;
}

async function urlOf(child: ReturnType<typeof run>): Promise<string> {
  const [line] = await once(child.stdout, 'data');
  return JSON.parse(String(line)).listening;
}

describe('the command', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it listens, and exits 0 on %s within a stream',
    async (signal) => {
      const child = run(['--port', '0', '--models', 'demo,embed,sim-tokens9-gate3']);
      const url = await urlOf(child);
      const { models } = await jsonOf(fetch(`${url}/api/tags`));
      expect(models.map(({ name }) => name)).toEqual(['demo:latest', 'embed:latest', 'sim-tokens9-gate3:latest']);
      const body = JSON.stringify({ model: 'sim-tokens9-gate3', messages: [{ role: 'user', content: 'Go' }] });
      const response = await fetch(`${url}/api/chat`, { method: 'POST', body });
      const reading = response.text().catch((error: unknown) => error);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(await reading).toBeInstanceOf(Error);
    },
  );

  it('opens the control API only with --control', async () => {
    const url = await urlOf(run(['--port', '0', '--control']));
    expect((await fetch(`${url}/_sim/requests`)).status).toBe(200);
    const closed = await urlOf(run([], { OLLAMA_SIM_PORT: '0' }));
    expect((await fetch(`${closed}/_sim/requests`)).status).toBe(404);
  });

  it.each([
    [['--port', 'http'], '--port'],
    [['--models', 'llama'], '"llama"'],
    [['--rate=-1', '--host='], '--host'],
    [['--rate=-1', '--host='], '--rate'],
    [['--nope'], '--nope'],
  ])('refuses %j with exit code 1', async (args, part) => {
    const child = run(args);
    const [errorText, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(1);
    expect(errorText).toContain(part);
  });

  it('refuses a port that is taken with exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const child = run(['--port', String(port)]);
    const [errorText, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(1);
    expect(errorText).toContain('EADDRINUSE');
    other.close();
  });
});
