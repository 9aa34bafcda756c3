// The whole of npm start, as a person or a program on the same machine meets it.
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { rootDir } from '../root-dir.ts';
import { findAlive, makeTempDir, runScript, type TestProcess } from './processes.ts';

const script = join(rootDir, 'scripts', 'start.ts');
const startTimeoutMs = 150_000;
const account = { email: 'ada@example.com', password: 'correct horse battery staple', tokenDelivery: 'body' };

const ReadySchema = z.strictObject({
  ready: z.literal(true),
  url: z.string(),
  model: z.string(),
  dataDir: z.string(),
  processes: z.array(
    z.strictObject({ name: z.string(), pid: z.int(), url: z.string().optional(), metricsUrl: z.string().optional() }),
  ),
});

type Stack = TestProcess & { ready: z.infer<typeof ReadySchema> };

async function startStack(dataDir: string, extraArgs: string[] = []): Promise<Stack> {
  // Whatever runs on the machine of the test, the stack shall bring its own.
  const { USER_DATABASE_URL: _user, CHAT_DATABASE_URL: _chat, REDIS_URL: _redis, ...env } = process.env;
  const args = ['--json', '--port', '0', '--data-dir', dataDir, ...extraArgs];
  const stack = runScript(script, { args, env: { ...env, OLLAMA_HOST: 'http://127.0.0.1:1' } });
  try {
    return { ...stack, ready: ReadySchema.parse(JSON.parse(await stack.nextLine())) };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

function pidsOf({ pid, ready }: Stack): number[] {
  return [pid, ...ready.processes.map((process) => process.pid)];
}

function post(url: string, body: unknown) {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

const dir = makeTempDir();
let stack: Stack;

beforeAll(async () => {
  stack = await startStack(dir.path, ['--replicas', 'api-gateway=2,ai-service=2']);
}, startTimeoutMs);

afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  dir[Symbol.dispose]();
});

it('is ready in one JSON line that names every process and the model', () => {
  expect(stack.ready).toMatchObject({ model: 'demo:latest', dataDir: dir.path });
  expect(stack.ready.processes.map(({ name }) => name).sort()).toEqual([
    'ai-service',
    'ai-service-2',
    'api-gateway',
    'api-gateway-2',
    'chat-service',
    'ollama-sim',
    'postgres-chat-service',
    'postgres-user-service',
    'redis',
    'user-service',
  ]);
});

it('serves the page and its health on every gateway', async () => {
  const gateways = stack.ready.processes.filter(({ name }) => name.startsWith('api-gateway'));
  expect(gateways[0]?.url).toBe(stack.ready.url);
  for (const { url } of gateways) {
    expect(await (await fetch(`${url}/`)).text()).toContain('<div id="root">');
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' });
  }
});

it('serves metrics of every service where it says', async () => {
  for (const { metricsUrl } of stack.ready.processes) {
    if (metricsUrl !== undefined) expect(await (await fetch(metricsUrl)).text()).toContain('process_cpu');
  }
});

it('starts a killed service again on its ports, and says so', async () => {
  const before = stack.ready.processes.find(({ name }) => name === 'api-gateway-2');
  process.kill(before?.pid ?? 0, 'SIGKILL');
  const { restarted } = JSON.parse(await stack.nextLine());
  expect(restarted).toEqual({ name: 'api-gateway-2', pid: expect.any(Number), url: before?.url });
  expect(restarted.pid).not.toBe(before?.pid);
  expect((await fetch(`${before?.url}/healthz`)).status).toBe(200);
  if (before !== undefined) before.pid = restarted.pid;
});

it('refuses a second stack on the same data folder, and names the first', async () => {
  await using second = runScript(script, { args: ['--port', '0', '--data-dir', dir.path] });
  const [code] = await once(second.child, 'close');
  expect(code).toBe(1);
  expect(second.stderr()).toContain(`${dir.path} is used by a stack that runs already (pid ${stack.pid})`);
});

it('refuses a port that is taken, and names it', async () => {
  using other = makeTempDir();
  const { port } = new URL(stack.ready.url);
  await using second = runScript(script, { args: ['--port', port, '--data-dir', other.path] });
  const [code] = await once(second.child, 'close');
  expect(code).toBe(1);
  expect(second.stderr()).toContain(`Port ${port} is taken by another program`);
});

it(
  'stops everything on SIGTERM, keeps the data for the next start, and leaves nothing behind when it is killed',
  async () => {
    expect((await post(`${stack.ready.url}/api/v1/auth/register`, account)).status).toBe(201);
    const pids = pidsOf(stack);
    stack.child.kill('SIGTERM');
    const [code] = await once(stack.child, 'exit');
    expect(code).toBe(0);
    expect(findAlive(pids.slice(1))).toEqual([]);

    await using next = await startStack(dir.path);
    expect((await post(`${next.ready.url}/api/v1/auth/login`, account)).status).toBe(200);
    next.child.kill('SIGKILL');
    await vi.waitFor(() => expect(findAlive(pidsOf(next))).toEqual([]), { timeout: 30_000 });
  },
  startTimeoutMs,
);
