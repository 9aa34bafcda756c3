// The stack as data: which processes there are, what each needs first, and its environment.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, rootDir } from '../root-dir.ts';
import type { OllamaChoice } from './ollama.ts';
import { processName, type ServiceName } from './options.ts';
import type { ProcessSpec, Step, TaskSpec } from './process-spec.ts';
import { webClientDist } from './web-client-build.ts';

const loopback = '127.0.0.1';
const simulatorModel = 'demo:latest';
const templateStep = 'postgres-template';
const pgliteTemplateDir = join(cacheDir, `pglite-template-${readPgliteVersion()}`);

/** Services that have a database, and so a PGlite of their own. */
const databaseOwners = ['user-service', 'chat-service'] as const;
type DatabaseOwner = (typeof databaseOwners)[number];

/** The ports of one process; each stays the same when the process is started again. */
export interface ReplicaPorts {
  /** gRPC, or for a gateway the public HTTP port. */
  main: number;
  metrics: number;
}

export interface ExternalServers {
  databases: Readonly<Partial<Record<DatabaseOwner, string>>>;
  redis?: string | undefined;
}

export interface StackPlan {
  host: string;
  dataDir: string;
  ports: {
    services: Readonly<Record<ServiceName, readonly ReplicaPorts[]>>;
    databases: Readonly<Record<DatabaseOwner, number>>;
    redis: number;
    simulator: number;
  };
  ollama: OllamaChoice;
  /** Servers that run already, by URL, to use instead of starting one. */
  external: ExternalServers;
  /** Variables for one process alone, by its name. */
  processEnv: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The redis-server to use; undefined takes the one in JavaScript. */
  redisProgram: string | undefined;
  signingKeyFile: string;
  /** What the secrets of second factors are sealed with. */
  secondFactorKey: string;
  webClient: TaskSpec;
}

/** How many free ports a plan needs besides the public one. */
export function countPorts(replicas: Readonly<Record<ServiceName, number>>): number {
  const processCount = Object.values(replicas).reduce((sum, count) => sum + count, 0);
  return processCount * 2 + databaseOwners.length + 2;
}

/** Hands out ports to a plan: the first gateway gets the public one, everything else takes from freePorts. */
export function assignPorts(options: {
  replicas: Readonly<Record<ServiceName, number>>;
  publicPort: number;
  freePorts: readonly number[];
}): StackPlan['ports'] {
  const { replicas, publicPort } = options;
  const left = [...options.freePorts];
  const take = () => {
    const port = left.pop();
    if (port === undefined) throw new Error('too few free ports were asked for');
    return port;
  };
  const takeFor = (count: number) => Array.from({ length: count }, () => ({ main: take(), metrics: take() }));
  const gateways = takeFor(replicas['api-gateway']).map((ports, index) =>
    index === 0 ? { ...ports, main: publicPort } : ports,
  );
  return {
    services: {
      'api-gateway': gateways,
      'user-service': takeFor(replicas['user-service']),
      'chat-service': takeFor(replicas['chat-service']),
      'ai-service': takeFor(replicas['ai-service']),
    },
    databases: { 'user-service': take(), 'chat-service': take() },
    redis: take(),
    simulator: take(),
  };
}

/** Every step of starting the planned stack. */
export function describeStack(plan: StackPlan): Step[] {
  return [
    describeTemplate(plan),
    ...embeddedDatabases(plan).map((owner) => describeDatabase(plan, owner)),
    ...databaseOwners.map((owner) => describeMigration(plan, owner)),
    ...(plan.external.redis === undefined ? [describeRedis(plan)] : []),
    ...(plan.ollama.kind === 'simulator' ? [describeSimulator(plan)] : []),
    plan.webClient,
    ...describeService(plan, 'user-service'),
    ...describeService(plan, 'chat-service'),
    ...describeService(plan, 'ai-service'),
    ...describeService(plan, 'api-gateway'),
  ];
}

/** The address of the page that the replica of the gateway with this index serves. */
export function publicUrl(plan: StackPlan, index: number): string {
  const isLocal = plan.host === loopback || plan.host === '0.0.0.0' || plan.host === 'localhost';
  return `http://${isLocal ? 'localhost' : plan.host}:${plan.ports.services['api-gateway'][index]?.main}`;
}

function embeddedDatabases({ external }: StackPlan): DatabaseOwner[] {
  return databaseOwners.filter((owner) => external.databases[owner] === undefined);
}

/** Both databases begin as a copy of the same empty one, which is made when a database is missing. */
function describeTemplate(plan: StackPlan): TaskSpec {
  const isMissing = (owner: DatabaseOwner) => !existsSync(databaseDir(plan.dataDir, owner));
  const isNeeded = !existsSync(pgliteTemplateDir) && embeddedDatabases(plan).some(isMissing);
  const program = { script: processScript('pglite-template.ts'), args: [pgliteTemplateDir], env: {} };
  return { kind: 'task', name: templateStep, needs: [], program: isNeeded ? program : undefined };
}

function describeDatabase(plan: StackPlan, owner: DatabaseOwner): ProcessSpec {
  const { dataDir, ports } = plan;
  return {
    kind: 'process',
    name: `postgres-${owner}`,
    needs: [templateStep],
    tier: 'backing',
    script: processScript('pglite.ts'),
    args: [databaseDir(dataDir, owner), pgliteTemplateDir, String(ports.databases[owner])],
    env: {},
    readiness: { by: 'message' },
    output: 'on-failure',
    url: databaseUrl(plan, owner),
  };
}

function describeMigration(plan: StackPlan, owner: DatabaseOwner): TaskSpec {
  return {
    kind: 'task',
    name: `migrate-${owner}`,
    needs: plan.external.databases[owner] === undefined ? [`postgres-${owner}`] : [],
    program: {
      script: processScript('run-module.ts'),
      args: [join(rootDir, 'services', owner, 'src', 'migrate.ts')],
      env: { DATABASE_URL: databaseUrl(plan, owner) },
    },
  };
}

function describeRedis(plan: StackPlan): ProcessSpec {
  const { dataDir, ports, redisProgram } = plan;
  const common = {
    kind: 'process',
    name: 'redis',
    needs: [],
    tier: 'backing',
    output: 'on-failure',
    env: {},
    url: redisUrl(plan),
  } as const;
  if (redisProgram === undefined) {
    return {
      ...common,
      script: processScript('js-redis.ts'),
      args: [String(ports.redis)],
      readiness: { by: 'message' },
    };
  }
  const dir = join(dataDir, 'redis');
  const settings = `--bind ${loopback} --port ${ports.redis} --appendonly yes --appendfsync everysec --loglevel warning`;
  return {
    ...common,
    script: processScript('native.ts'),
    // The append-only file holds everything; snapshots beside it would be written in vain.
    args: ['--lock', `${dir}.lock`, redisProgram, ...settings.split(' '), '--dir', dir, '--save', ''],
    readiness: { by: 'port', port: ports.redis },
  };
}

function describeSimulator({ ports }: StackPlan): ProcessSpec {
  return {
    kind: 'process',
    name: 'ollama-sim',
    needs: [],
    tier: 'backing',
    script: join(rootDir, 'packages', 'ollama-sim', 'src', 'main.ts'),
    args: ['--host', loopback, '--port', String(ports.simulator), '--models', 'demo'],
    env: {},
    readiness: { by: 'port', port: ports.simulator },
    output: 'on-failure',
    url: `http://${loopback}:${ports.simulator}`,
  };
}

function describeService(plan: StackPlan, service: ServiceName): ProcessSpec[] {
  return plan.ports.services[service].map((ports, index) => ({
    kind: 'process',
    name: processName(service, index),
    needs: serviceNeeds(plan, service),
    tier: service === 'api-gateway' ? 'edge' : 'service',
    script: join(rootDir, 'services', service, 'src', 'main.ts'),
    args: [],
    env: {
      ...commonEnv(ports),
      ...serviceEnv(plan, service),
      ...addressEnv({ plan, service, ports }),
      ...plan.processEnv[processName(service, index)],
    },
    readiness: { by: 'http', url: `http://${loopback}:${ports.metrics}/readyz` },
    output: 'streamed',
    ...(service === 'api-gateway' ? { url: publicUrl(plan, index) } : {}),
    metricsUrl: `http://${loopback}:${ports.metrics}/metrics`,
  }));
}

function serviceNeeds(plan: StackPlan, service: ServiceName): string[] {
  switch (service) {
    case 'user-service':
    case 'chat-service':
      return [`migrate-${service}`, ...redisNeeds(plan)];
    case 'ai-service':
      return plan.ollama.kind === 'simulator' ? ['ollama-sim'] : [];
    case 'api-gateway':
      return [...redisNeeds(plan), plan.webClient.name];
    default:
      return service satisfies never;
  }
}

function redisNeeds({ external }: StackPlan): string[] {
  return external.redis === undefined ? ['redis'] : [];
}

function commonEnv({ metrics }: ReplicaPorts): Record<string, string> {
  return {
    NODE_ENV: 'development',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    METRICS_HOST: loopback,
    METRICS_PORT: String(metrics),
  };
}

function addressEnv(options: { plan: StackPlan; service: ServiceName; ports: ReplicaPorts }): Record<string, string> {
  const { plan, service, ports } = options;
  return service === 'api-gateway'
    ? { HTTP_HOST: plan.host, HTTP_PORT: String(ports.main) }
    : { GRPC_HOST: loopback, GRPC_PORT: String(ports.main) };
}

function serviceEnv(plan: StackPlan, service: ServiceName): Record<string, string> {
  switch (service) {
    case 'user-service':
      return {
        DATABASE_URL: databaseUrl(plan, service),
        REDIS_URL: redisUrl(plan),
        SIGNING_KEY_FILE: plan.signingKeyFile,
        SECOND_FACTOR_KEYS: process.env.SECOND_FACTOR_KEYS || plan.secondFactorKey,
        // Wider for the same reason as those of the gateway.
        ...(process.env.SIGN_IN_FAILURES_MAX ? {} : { SIGN_IN_FAILURES_MAX: '10000' }),
      };
    case 'chat-service':
      return { DATABASE_URL: databaseUrl(plan, service), REDIS_URL: redisUrl(plan), JWKS_URL: jwksUrl(plan) };
    case 'ai-service':
      return { ...modelEnv(plan), JWKS_URL: jwksUrl(plan) };
    case 'api-gateway':
      return {
        REDIS_URL: redisUrl(plan),
        USER_SERVICE_ADDR: grpcTarget(plan, 'user-service'),
        CHAT_SERVICE_ADDR: grpcTarget(plan, 'chat-service'),
        AI_SERVICE_ADDR: grpcTarget(plan, 'ai-service'),
        JWKS_URL: jwksUrl(plan),
        CORS_ORIGINS: '',
        PUBLIC_ORIGINS: publicOrigins(plan).join(','),
        WEB_ROOT: webClientDist,
        ...limitsEnv(),
      };
    default:
      return service satisfies never;
  }
}

/** Everyone on this machine has one address, so its limits are wider than those of the open. The environment's own come first. */
function limitsEnv(): Record<string, string> {
  const limits = {
    RATE_LIMIT_REQUESTS_PER_MINUTE: '6000',
    RATE_LIMIT_ACCOUNT_REQUESTS_PER_MINUTE: '6000',
    RATE_LIMIT_CONNECTIONS_PER_MINUTE: '100000',
    RATE_LIMIT_SIGN_INS_PER_MINUTE: '300',
    RATE_LIMIT_MESSAGES_PER_MINUTE: '300',
    RATE_LIMIT_EVENTS_PER_MINUTE: '60000',
    // The model is one's own here.
    QUOTA_TOKENS_PER_DAY: '1000000000',
    QUOTA_GENERATIONS_MAX: '1000',
  };
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !process.env[name]));
}

function modelEnv({ ollama, ports }: StackPlan): Record<string, string> {
  if (ollama.kind === 'real') return { OLLAMA_HOSTS: ollama.url };
  const model = process.env.DEFAULT_MODEL;
  // A model of the caller's choice is passed on with the rest of the environment.
  return { OLLAMA_HOSTS: `http://${loopback}:${ports.simulator}`, ...(model ? {} : { DEFAULT_MODEL: simulatorModel }) };
}

/** gRPC's syntax for a fixed list of addresses, between which the client balances. */
function grpcTarget({ ports }: StackPlan, service: ServiceName): string {
  return `ipv4:${ports.services[service].map(({ main }) => `${loopback}:${main}`).join(',')}`;
}

function publicOrigins(plan: StackPlan): string[] {
  return plan.ports.services['api-gateway'].flatMap(({ main }, index) => [
    ...new Set([publicUrl(plan, index), `http://localhost:${main}`, `http://${loopback}:${main}`]),
  ]);
}

function jwksUrl({ ports }: StackPlan): string {
  return `http://${loopback}:${ports.services['user-service'][0]?.metrics}/.well-known/jwks.json`;
}

function databaseDir(dataDir: string, owner: DatabaseOwner): string {
  return join(dataDir, `postgres-${owner}`);
}

function readPgliteVersion(): string {
  const manifest = join(rootDir, 'scripts', 'node_modules', '@electric-sql', 'pglite', 'package.json');
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return String(version);
}

function databaseUrl({ external, ports }: StackPlan, owner: DatabaseOwner): string {
  const embedded = `postgresql://postgres:postgres@${loopback}:${ports.databases[owner]}/postgres?sslmode=disable`;
  return external.databases[owner] ?? embedded;
}

function redisUrl({ external, ports }: StackPlan): string {
  return external.redis ?? `redis://${loopback}:${ports.redis}`;
}

function processScript(file: string): string {
  return join(rootDir, 'scripts', 'start', 'processes', file);
}
