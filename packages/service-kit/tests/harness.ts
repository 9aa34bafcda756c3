import { type AiServiceDefinition, aiServiceDefinition } from '@chatbot/proto';
import { z } from 'zod';
import {
  type AccessTokenVerifier,
  createLogger,
  createRegistry,
  createRequestContext,
  createRpcClient,
  createRpcMetrics,
  type HealthCheck,
  type RequestContext,
  type RpcClient,
  type RpcHandlers,
  serverStream,
  startRpcServer,
  type Tls,
  type Tracing,
  unary,
} from '../src/index.ts';

export type LogLine = Readonly<Record<string, unknown>>;
export type AiClient = RpcClient<AiServiceDefinition>;

export type TestServerOptions = {
  handlers?: Partial<RpcHandlers<AiServiceDefinition>>;
  checks?: readonly HealthCheck[];
  accessTokens?: AccessTokenVerifier;
  drainMs?: number;
  connectionAgeMs?: number;
  port?: number;
  tls?: Tls;
  tracing?: Tracing;
};

export type TestServer = AsyncDisposable & {
  readonly port: number;
  /** What the server has logged. */
  readonly lines: readonly LogLine[];
  /** A new client with connections of its own to this server. */
  connect(): AiClient;
  metrics(): Promise<string>;
};

/** The request of a test, unchecked: handlers say themselves what they accept. */
export const anyInput = z.looseObject({});

/** Answers AiService with `handlers`, and with something simple where there is none. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { lines, logger } = collectLogs();
  const registry = createRegistry('test');
  const server = await startRpcServer({
    definition: aiServiceDefinition,
    version: '1.2.3',
    host: '127.0.0.1',
    port: options.port ?? 0,
    handlers: Object.assign({}, simpleHandlers, options.handlers),
    callers: ['api-gateway'],
    tls: options.tls,
    checks: options.checks ?? [],
    logger,
    metrics: createRpcMetrics(registry),
    drainMs: options.drainMs ?? 5_000,
    ...(options.connectionAgeMs === undefined ? {} : { connectionAgeMs: options.connectionAgeMs }),
    ...(options.tracing === undefined ? {} : { tracing: options.tracing }),
    ...(options.accessTokens === undefined ? {} : { accessTokens: options.accessTokens }),
  });
  return {
    port: server.port,
    lines,
    connect: () => connectTo(`127.0.0.1:${server.port}`),
    metrics: () => registry.metrics(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export function connectTo(
  address: string,
  options: { idempotent?: readonly 'GenerateTitle'[]; tls?: Tls; tracing?: Tracing; connectTimeoutMs?: number } = {},
): AiClient {
  const metrics = createRpcMetrics(createRegistry('test-client'));
  return createRpcClient({
    definition: aiServiceDefinition,
    address,
    peer: 'ai-service',
    metrics,
    ...options,
  });
}

export function collectLogs() {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  return { lines, logger: createLogger({ service: 'test', level: 'info' }, { write }) };
}

/** Options of a call that has plenty of time. */
export function callOptions(): { context: RequestContext; timeoutMs: number } {
  return { context: createRequestContext(), timeoutMs: 20_000 };
}

export async function readAll<Item>(stream: AsyncIterable<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

export function delta(text: string) {
  return { delta: { text } };
}

export const simpleHandlers: RpcHandlers<AiServiceDefinition> = {
  Generate: serverStream({
    access: 'anyone',
    input: anyInput,
    async *handle() {
      yield delta('one');
      yield delta('two');
    },
  }),
  GenerateTitle: unary({ access: 'anyone', input: anyInput, handle: async () => ({ title: 'A title' }) }),
  ListModels: unary({ access: 'service', input: anyInput, handle: async () => ({ models: [] }) }),
  PullModel: serverStream({ access: 'service', input: anyInput, async *handle() {} }),
  ListPersonas: unary({ access: 'anyone', input: anyInput, handle: async () => ({ personas: [] }) }),
  GetLoad: unary({ access: 'service', input: anyInput, handle: async () => ({ full: false, waitingCount: 0 }) }),
};
