import { Writable } from 'node:stream';
import { type OllamaSim, type OllamaSimConfig, startOllamaSim } from '@chatbot/ollama-sim';
import { type AiServiceDefinition, aiServiceDefinition } from '@chatbot/proto';
import type { GenerateRequest } from '@chatbot/proto/chatbot/ai/v1/GenerateRequest';
import type { GenerateResponse__Output } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import {
  createLogger,
  createRequestContext,
  createRpcClient,
  createRpcMetrics,
  type Environment,
  Registry,
  type RpcCallOptions,
  type RpcClient,
} from '@chatbot/service-kit';
import { loadAiConfig } from '../src/config.ts';
import { startAiService } from '../src/service.ts';

/** The service, running, with a client that speaks gRPC to it. */
export type Harness = AsyncDisposable & {
  readonly client: RpcClient<AiServiceDefinition>;
  /** Where it takes calls: host and port. */
  readonly address: string;
  /** Everything that was logged so far, as it would go to standard output. */
  logs(): string;
  /** The sum of the samples of that name which have these labels. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
};

export async function startHarness(ollamaHosts: string, env: Environment = {}): Promise<Harness> {
  const config = loadAiConfig({ GRPC_PORT: '0', METRICS_PORT: '0', OLLAMA_HOSTS: ollamaHosts, ...env });
  let logged = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const service = await startAiService(config, createLogger({ service: 'ai-service', level: 'trace' }, destination));
  const address = `127.0.0.1:${service.grpcPort}`;
  const client = createRpcClient({
    definition: aiServiceDefinition,
    peer: 'ai-service',
    address,
    metrics: createRpcMetrics(new Registry()),
  });
  return {
    client,
    address,
    logs: () => logged,
    metric: async (name, labels = {}) => {
      const response = await fetch(`http://127.0.0.1:${service.metricsPort}/metrics`);
      return sumOfSamples(await response.text(), { name, labels });
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** The service beside a simulator with these models. */
export async function startWithSim(
  models: NonNullable<OllamaSimConfig['models']>,
  env: Environment = {},
): Promise<Harness & { readonly sim: OllamaSim }> {
  const sim = await startOllamaSim({ models });
  const harness = await startHarness(sim.url, env);
  return {
    ...harness,
    sim,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await sim.close();
    },
  };
}

export function callOptions(options: Partial<RpcCallOptions> = {}): RpcCallOptions {
  return { context: createRequestContext(), timeoutMs: 60_000, ...options };
}

export function ask(content: string, request: Partial<GenerateRequest> = {}): GenerateRequest {
  return { generationId: 'generation-1', messages: [{ role: 'user', content }], ...request };
}

export type Reply = {
  readonly events: readonly GenerateResponse__Output[];
  /** The kinds of events in their order, repeated ones once. */
  readonly kinds: readonly string[];
  readonly text: string;
  readonly deltas: readonly string[];
};

/** Reads a reply to its end. */
export async function readAll(events: AsyncIterable<GenerateResponse__Output>): Promise<Reply> {
  const collected: GenerateResponse__Output[] = [];
  for await (const event of events) collected.push(event);
  return toReply(collected);
}

/** Reads a reply until it fails; throws when it does not. */
export async function readUntilError(
  events: AsyncIterable<GenerateResponse__Output>,
): Promise<Reply & { readonly error: unknown }> {
  const collected: GenerateResponse__Output[] = [];
  try {
    for await (const event of events) collected.push(event);
  } catch (error) {
    return { ...toReply(collected), error };
  }
  throw new Error('the reply did not fail');
}

/** A reply that is read in the background. */
export type Followed = {
  /** What has come so far. */
  readonly events: readonly GenerateResponse__Output[];
  /** The positions told so far. */
  positions(): readonly number[];
  text(): string;
  /** Rejects when the reply fails. */
  readonly end: Promise<Reply>;
};

export function follow(stream: AsyncIterable<GenerateResponse__Output>): Followed {
  const events: GenerateResponse__Output[] = [];
  async function read(): Promise<Reply> {
    for await (const event of stream) events.push(event);
    return toReply(events);
  }
  const end = read();
  // A test may look at other things first.
  end.catch(() => {});
  return {
    events,
    end,
    positions: () => events.flatMap(({ status }) => (status?.state === 'STATE_QUEUED' ? [status.position] : [])),
    text: () => toReply(events).text,
  };
}

function toReply(events: readonly GenerateResponse__Output[]): Reply {
  const kinds = events.map(({ event, status }) => (event === 'status' ? (status?.state ?? '') : (event ?? '')));
  const deltas = events.flatMap(({ delta }) => (delta ? [delta.text] : []));
  return { events, kinds: kinds.filter((kind, index) => kind !== kinds[index - 1]), text: deltas.join(''), deltas };
}

function sumOfSamples(exposed: string, { name, labels }: { name: string; labels: Readonly<Record<string, string>> }) {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return exposed
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
