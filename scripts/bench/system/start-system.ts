import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { rootDir } from '../../root-dir.ts';
import { connectSocket } from '../connect-socket.ts';
import type { BackendName } from '../options.ts';
import type { PathUnderTest } from '../path-under-test.ts';
import { startUntilReady } from '../running-program.ts';
import { type Backends, startBackends } from './backends.ts';
import { collectProfiles, profilingEnv } from './profiles.ts';
import { registerUser } from './register-user.ts';

const readyTimeoutMs = 120_000;
const unlimited = '10000000';

/** What one user at full speed would otherwise run into; everything else is as shipped. */
const liftedLimits = {
  RATE_LIMIT_REQUESTS_PER_MINUTE: unlimited,
  RATE_LIMIT_ACCOUNT_REQUESTS_PER_MINUTE: unlimited,
  RATE_LIMIT_CONNECTIONS_PER_MINUTE: unlimited,
  RATE_LIMIT_SIGN_INS_PER_MINUTE: unlimited,
  RATE_LIMIT_MESSAGES_PER_MINUTE: unlimited,
  RATE_LIMIT_EVENTS_PER_MINUTE: unlimited,
  QUOTA_TOKENS_PER_DAY: unlimited,
  QUOTA_GENERATIONS_MAX: '100000',
  REPLIES_MAX: '100000',
  SIGN_IN_FAILURES_MAX: '1000000',
  OLLAMA_PARALLEL: '100000',
  OLLAMA_QUEUE_MAX: '10000',
  GENERATIONS_PER_USER_MAX: '100000',
  ACCESS_TOKEN_SECONDS: '86400',
};

const readySchema = z.object({
  ready: z.literal(true),
  url: z.string(),
  processes: z.array(
    z.object({ name: z.string(), pid: z.number(), url: z.string().optional(), metricsUrl: z.string().optional() }),
  ),
});

type Ready = z.infer<typeof readySchema>;

export interface SystemOptions {
  backends: BackendName;
  modelServerUrl: string;
  /** The model it finds installed. */
  defaultModel: string;
  /** Where CPU profiles go, one a process, when it has stopped. */
  profileDir: string | undefined;
  /** Goes before everything else in the environment. */
  env?: Readonly<Record<string, string>>;
}

/** Starts the whole system as `npm start` does, in a data folder of its own. */
export async function startSystem(options: SystemOptions): Promise<PathUnderTest & AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-'));
  resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  const backends = resources.use(await startBackends(options.backends));
  const processes: Ready['processes'] = [];
  resources.defer(() => collectProfiles({ dir: options.profileDir, prefix: options.backends, processes }));
  const { ready } = resources.use(await startStack({ options, dataDir, backends }));
  processes.push(...ready.processes);
  const running = resources.move();
  return { ...describePath({ options, backends, ready }), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function startStack(context: { options: SystemOptions; dataDir: string; backends: Backends }) {
  const { options, dataDir, backends } = context;
  return startUntilReady({
    program: {
      script: join(rootDir, 'scripts', 'start.ts'),
      args: ['--json', '--port', '0', '--data-dir', dataDir, '--ollama', options.modelServerUrl],
      env: {
        ...liftedLimits,
        ...backends.env,
        ...profilingEnv(options.profileDir),
        DEFAULT_MODEL: options.defaultModel,
        ...options.env,
      },
    },
    parseLine: parseReady,
    timeoutMs: readyTimeoutMs,
  });
}

function parseReady(line: string): Ready | undefined {
  return line.startsWith('{"ready"') ? readySchema.parse(JSON.parse(line)) : undefined;
}

function describePath(context: { options: SystemOptions; backends: Backends; ready: Ready }): PathUnderTest {
  const { options, backends, ready } = context;
  const metricsUrl = ready.processes.find(({ name }) => name === 'api-gateway')?.metricsUrl;
  const redisUrl = backends.env.REDIS_URL ?? ready.processes.find(({ name }) => name === 'redis')?.url;
  const gatewayPid = ready.processes.find(({ name }) => name.startsWith('api-gateway'))?.pid;
  return {
    name: `system, ${options.backends} parts`,
    url: ready.url,
    ...(gatewayPid === undefined ? {} : { gatewayPid }),
    ...(metricsUrl === undefined ? {} : { metricsUrl }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    async connect({ url = ready.url } = {}) {
      const { accessToken } = await registerUser(ready.url);
      return await connectSocket({ url, token: accessToken });
    },
  };
}
