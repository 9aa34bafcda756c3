import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { testBackends } from './backends.ts';
import { createTestDatabase } from './database/test-database.ts';
import { createTestRedis } from './redis/test-redis.ts';
import { waitFor } from './wait-for.ts';

export type SystemOptions = {
  /** The Ollama to use, for example that of a simulator. */
  ollamaUrl: string;
  /** For `--replicas`, for example "api-gateway=2". */
  replicas?: string;
  /** Added to the environment of every service. */
  env?: Readonly<Record<string, string>>;
};

export type SystemProcess = z.infer<typeof processSchema>;

export type System = AsyncDisposable & {
  /** Where the first gateway listens. */
  readonly url: string;
  /** Where each gateway listens. */
  readonly gatewayUrls: readonly string[];
  /** The Redis that the services use. */
  readonly redisUrl: string;
  /** The process with this name as it runs now, for example "api-gateway-2". */
  process(name: string): SystemProcess;
  /** Sends a signal to a process. */
  signal(name: string, signal: NodeJS.Signals): void;
  /** Kills a process and resolves when another one has taken its place. */
  restart(name: string): Promise<void>;
  /** Everything that the processes logged so far. */
  logs(): string;
};

const rootDir = fileURLToPath(new URL('../../..', import.meta.url));
const readyTimeoutMs = 90_000;

const processSchema = z.object({
  name: z.string(),
  pid: z.number(),
  url: z.string().optional(),
  metricsUrl: z.string().optional(),
});
const readySchema = z.object({ ready: z.literal(true), url: z.string(), processes: z.array(processSchema) });
const restartedSchema = z.object({ restarted: processSchema.pick({ name: true, pid: true }) });

/**
 * Starts the whole system with the real start script: every service a process of its own, on embedded Postgres and Redis or on real ones,
 * as TEST_BACKENDS says. Ends with the test process. Throws with the logs when it does not become ready.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'testkit-system-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const backing = await backingEnv(stack);
  const env = { ...process.env, LOG_LEVEL: 'info', ...backing, ...options.env };
  const args = ['--json', '--port', '0', '--data-dir', dataDir, '--ollama', options.ollamaUrl];
  if (options.replicas !== undefined) args.push('--replicas', options.replicas);
  const child = spawn(process.execPath, ['--conditions=source', path.join(rootDir, 'scripts/start.ts'), ...args], {
    cwd: rootDir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  stack.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  let logs = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logs += text;
  });
  let ready: z.infer<typeof readySchema> | undefined;
  const processes = new Map<string, SystemProcess>();
  createInterface(child.stdout).on('line', (line) => {
    const message: unknown = JSON.parse(line);
    const started = readySchema.safeParse(message);
    if (started.success) {
      for (const entry of started.data.processes) processes.set(entry.name, entry);
      ready = started.data;
    }
    const restarted = restartedSchema.safeParse(message);
    if (restarted.success) {
      const { name, pid } = restarted.data.restarted;
      const before = processes.get(name);
      if (before !== undefined) processes.set(name, { ...before, pid });
    }
  });

  const { url } = await waitFor(() => ready ?? child.exitCode, {
    description: 'the system is ready',
    timeoutMs: readyTimeoutMs,
  }).then(
    (outcome) => {
      if (typeof outcome === 'number') throw new Error(`the system ended at once:\n${logs.slice(-5_000)}`);
      return outcome;
    },
    (error: unknown) => {
      throw new Error(`the system is not ready:\n${logs.slice(-5_000)}`, { cause: error });
    },
  );

  function find(name: string): SystemProcess {
    const entry = processes.get(name);
    if (entry === undefined) throw new Error(`no process ${name} among ${[...processes.keys()].join(', ')}`);
    return entry;
  }

  const resources = stack.move();
  return {
    url,
    gatewayUrls: [...processes.values()]
      .filter(({ name }) => name.startsWith('api-gateway'))
      .map((entry) => entry.url ?? ''),
    redisUrl: backing.REDIS_URL ?? processes.get('redis')?.url ?? '',
    process: find,
    signal: (name, signal) => void process.kill(find(name).pid, signal),
    async restart(name) {
      const { pid } = find(name);
      process.kill(pid, 'SIGKILL');
      await waitFor(() => find(name).pid !== pid, { description: `${name} is started again`, timeoutMs: 30_000 });
    },
    logs: () => logs,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Embedded parts are started by the start script itself; real ones belong to the test. */
async function backingEnv(stack: AsyncDisposableStack): Promise<Record<string, string>> {
  if (testBackends() === 'embedded') return {};
  const database = (service: string) =>
    createTestDatabase({ prismaDir: path.join(rootDir, 'services', service, 'prisma') });
  const [user, chat, redis] = await Promise.all([
    database('user-service'),
    database('chat-service'),
    createTestRedis(),
  ]);
  for (const resource of [user, chat, redis]) stack.use(resource);
  return { USER_DATABASE_URL: user.url, CHAT_DATABASE_URL: chat.url, REDIS_URL: redis.url };
}
