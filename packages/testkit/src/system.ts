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
import { type SystemLinks, startSystemLinks } from './faults/system-links.ts';
import { createTestRedis, type TestRedis } from './redis/test-redis.ts';
import { waitFor } from './wait-for.ts';

export type SystemOptions = {
  /** The Ollama to use, for example that of a simulator. */
  ollamaUrl: string;
  /** For `--replicas`, for example "api-gateway=2". */
  replicas?: string;
  /** Added to the environment of every service. */
  env?: Readonly<Record<string, string>>;
  /** Added to the environment of single processes, by name. */
  processEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** A system whose network and Redis the test has in its hands. */
export type FaultySystem = System & { readonly links: SystemLinks; readonly redis: TestRedis };

export type SystemProcess = z.infer<typeof processSchema>;

/** A process that ended by itself or by a signal, and how: "SIGKILL", "exit code 0". */
export type ProcessExit = { readonly name: string; readonly reason: string };

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
  /** Sends a signal that ends a process, by default SIGKILL, and resolves when another one has taken its place. */
  restart(name: string, signal?: NodeJS.Signals): Promise<void>;
  /** The processes that ended and were started again, in order. */
  exits(): readonly ProcessExit[];
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

/** What the start script says when a process ends. */
const exitLine = /^(\S+) ended \(([^)]*)\); it is started again/gm;
const restartedSchema = z.object({ restarted: processSchema.pick({ name: true, pid: true }) });

/** What a test reads may have to wait for a busy machine, and who waits for something asks for it again and again. */
const patience = {
  READ_DEADLINE_MS: '15000',
  RATE_LIMIT_REQUESTS_PER_MINUTE: '100000',
  RATE_LIMIT_ACCOUNT_REQUESTS_PER_MINUTE: '100000',
  RATE_LIMIT_SIGN_INS_PER_MINUTE: '100000',
};

/**
 * Starts the whole system with the real start script: every service a process of its own, on embedded Postgres and Redis or on real ones,
 * as TEST_BACKENDS says. Ends with the test process. Throws with the logs when it does not become ready.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'testkit-system-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const backing = { ...(await backingEnv(stack, options.env ?? {})), ...options.env };
  const env = { ...process.env, LOG_LEVEL: 'info', ...patience, ...backing };
  const args = ['--json', '--port', '0', '--data-dir', dataDir, '--ollama', options.ollamaUrl];
  if (options.replicas !== undefined) args.push('--replicas', options.replicas);
  for (const [name, variables] of Object.entries(options.processEnv ?? {})) {
    for (const [variable, value] of Object.entries(variables)) args.push('--env', `${name}:${variable}=${value}`);
  }
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
    exits: () => [...logs.matchAll(exitLine)].map(([, name = '', reason = '']) => ({ name, reason })),
    async restart(name, signal = 'SIGKILL') {
      const { pid } = find(name);
      process.kill(pid, signal);
      await waitFor(() => find(name).pid !== pid, {
        description: `${name} is started again`,
        timeoutMs: readyTimeoutMs,
      });
    },
    logs: () => logs,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** A system with a proxy on every connection, on a Redis and databases that belong to the test. */
export async function startFaultySystem(options: SystemOptions): Promise<FaultySystem> {
  await using stack = new AsyncDisposableStack();
  const [user, chat, redis] = await Promise.all([
    createServiceDatabase('user-service'),
    createServiceDatabase('chat-service'),
    createTestRedis(),
  ]);
  for (const resource of [user, chat, redis]) stack.use(resource);
  const links = stack.use(
    await startSystemLinks({
      replicas: parseReplicas(options.replicas ?? ''),
      ollamaUrl: options.ollamaUrl,
      redisUrl: redis.url,
      userDatabaseUrl: user.url,
      chatDatabaseUrl: chat.url,
    }),
  );
  const env = { ...options.env, REDIS_URL: redis.url, USER_DATABASE_URL: user.url, CHAT_DATABASE_URL: chat.url };
  const system = stack.use(await startSystem({ ...options, env, processEnv: mergeEnv(links.processEnv, options) }));
  const resources = stack.move();
  return { ...system, links, redis, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function mergeEnv(links: SystemLinks['processEnv'], { processEnv = {} }: SystemOptions) {
  const names = new Set([...Object.keys(links), ...Object.keys(processEnv)]);
  return Object.fromEntries([...names].map((name) => [name, { ...links[name], ...processEnv[name] }]));
}

function parseReplicas(list: string): Record<string, number> {
  const entries = list.split(',').map((entry) => entry.split('='));
  return Object.fromEntries(entries.map(([service, count]) => [service, Number(count)]));
}

function createServiceDatabase(service: string) {
  return createTestDatabase({ prismaDir: path.join(rootDir, 'services', service, 'prisma') });
}

/** Embedded parts are started by the start script itself; real ones belong to the test. */
async function backingEnv(
  stack: AsyncDisposableStack,
  given: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  if (testBackends() === 'embedded' || given.REDIS_URL !== undefined) return {};
  const [user, chat, redis] = await Promise.all([
    createServiceDatabase('user-service'),
    createServiceDatabase('chat-service'),
    createTestRedis(),
  ]);
  for (const resource of [user, chat, redis]) stack.use(resource);
  return { USER_DATABASE_URL: user.url, CHAT_DATABASE_URL: chat.url, REDIS_URL: redis.url };
}
