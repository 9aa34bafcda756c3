import {
  commonEnv,
  type Environment,
  parseConfig,
  parseTls,
  parseTracing,
  portVariable,
  rpcServerEnv,
  type TlsFiles,
  type TracingSettings,
  tlsEnv,
  tracingEnv,
} from '@chatbot/service-kit';
import { z } from 'zod';
import { type OllamaEndpoint, parseEndpoint } from './ollama/endpoint.ts';

/** The variables that this service reads. README.md shows them in a table made from here. */
export const envShape = {
  ...commonEnv,
  ...rpcServerEnv(50_053),
  ...tlsEnv,
  METRICS_PORT: portVariable(9103, 'Port for metrics and health'),
  OLLAMA_HOSTS: z
    .string()
    .default('http://127.0.0.1:11434')
    .transform(parseEndpoints)
    .describe('URLs of the Ollama servers, comma-separated, the preferred one first; may hold a user and a password'),
  DEFAULT_MODEL: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .default('llama3.2')
    .describe('The model that answers when none is asked for; when it is not installed, the first chat model by name'),
  CONTEXT_TOKENS_MAX: integer(1024, 1_048_576)
    .default(8192)
    .describe("Upper limit of a model's window in tokens; Ollama's memory use grows with it"),
  OLLAMA_FIRST_BYTE_TIMEOUT_MS: integer(1_000, 3_600_000)
    .default(600_000)
    .describe('How long Ollama may take to begin an answer, the loading of a model included, in milliseconds'),
  OLLAMA_IDLE_TIMEOUT_MS: integer(1_000, 3_600_000)
    .default(120_000)
    .describe('How long Ollama may pause in the middle of an answer, in milliseconds'),
  OLLAMA_RETURN_TIMEOUT_MS: integer(0, 60_000)
    .default(4_000)
    .describe('How long a reply waits for an Ollama that is away and may be starting again, in milliseconds'),
  OLLAMA_PARALLEL: integer(1, 100_000)
    .default(32)
    .describe('How many replies each server writes at once; set it to its OLLAMA_NUM_PARALLEL for exact positions'),
  OLLAMA_QUEUE_MAX: integer(1, 10_000).default(512).describe('How many requests may wait for each server'),
  GENERATIONS_PER_USER_MAX: integer(1, 100_000)
    .default(8)
    .describe('How many replies are written for one user at once, on all servers together; further ones wait'),
  ...tracingEnv,
};

export type AiConfig = Readonly<{
  nodeEnv: string;
  logLevel: string;
  shutdownGraceMs: number;
  rpc: Readonly<{ host: string; port: number }>;
  tls: TlsFiles | undefined;
  tracing: TracingSettings | undefined;
  admin: Readonly<{ host: string; port: number }>;
  ollama: Readonly<{
    endpoints: readonly OllamaEndpoint[];
    firstByteTimeoutMs: number;
    idleTimeoutMs: number;
    returnTimeoutMs: number;
  }>;
  queue: Readonly<{ parallel: number; waitingMax: number; perKeyMax: number }>;
  models: Readonly<{ defaultModel: string; contextTokensMax: number }>;
}>;

/** Reads the configuration. Throws ConfigError naming every variable that is wrong. */
export function loadAiConfig(env: Environment): AiConfig {
  const parsed = parseConfig(z.object(envShape), env);
  return Object.freeze({
    nodeEnv: parsed.NODE_ENV,
    logLevel: parsed.LOG_LEVEL,
    shutdownGraceMs: parsed.SHUTDOWN_GRACE_MS,
    rpc: Object.freeze({ host: parsed.GRPC_HOST, port: parsed.GRPC_PORT }),
    tls: parseTls(parsed, 'ai-service'),
    tracing: parseTracing(parsed),
    admin: Object.freeze({ host: parsed.METRICS_HOST, port: parsed.METRICS_PORT }),
    ollama: Object.freeze({
      endpoints: Object.freeze(parsed.OLLAMA_HOSTS),
      firstByteTimeoutMs: parsed.OLLAMA_FIRST_BYTE_TIMEOUT_MS,
      idleTimeoutMs: parsed.OLLAMA_IDLE_TIMEOUT_MS,
      returnTimeoutMs: parsed.OLLAMA_RETURN_TIMEOUT_MS,
    }),
    queue: Object.freeze({
      parallel: parsed.OLLAMA_PARALLEL,
      waitingMax: parsed.OLLAMA_QUEUE_MAX,
      perKeyMax: parsed.GENERATIONS_PER_USER_MAX,
    }),
    models: Object.freeze({ defaultModel: parsed.DEFAULT_MODEL, contextTokensMax: parsed.CONTEXT_TOKENS_MAX }),
  });
}

function integer(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max);
}

function parseEndpoints(value: string, context: z.RefinementCtx): OllamaEndpoint[] {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const endpoints = parts.map(parseEndpoint);
  if (parts.length === 0 || endpoints.includes(undefined)) {
    context.addIssue({ code: 'custom', message: 'must be one or more URLs that begin with http:// or https://' });
    return z.NEVER;
  }
  return endpoints.filter((endpoint) => endpoint !== undefined);
}
