import {
  commonEnv,
  type Environment,
  jwksEnv,
  parseConfig,
  parseJwksUrl,
  parseTls,
  parseTracing,
  portVariable,
  rpcServerEnv,
  tlsEnv,
  tracingEnv,
  urlVariable,
} from '@chatbot/service-kit';
import { z } from 'zod';

/** Every variable that chat-service reads. */
export const envShape = {
  ...commonEnv,
  ...rpcServerEnv(50_052),
  ...tlsEnv,
  METRICS_PORT: portVariable(9102, 'Port for metrics and health'),
  DATABASE_URL: urlVariable(['postgres', 'postgresql'], 'The Postgres database of this service'),
  DATABASE_POOL_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(10)
    .describe('Connections to Postgres that this process may hold'),
  DATABASE_STATEMENT_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(5_000)
    .describe('After this long Postgres cancels a statement, in milliseconds'),
  TRASH_PURGE_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(86_400_000)
    .default(3_600_000)
    .describe('How often what has been in the trash for 30 days is deleted, in milliseconds'),
  REDIS_URL: urlVariable(['redis', 'rediss'], 'Redis, for who types and which tokens are revoked; it works without'),
  ...jwksEnv,
  ...tracingEnv,
};

const schema = z.object(envShape).transform((env) => ({
  nodeEnv: env.NODE_ENV,
  logLevel: env.LOG_LEVEL,
  shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
  rpc: Object.freeze({ host: env.GRPC_HOST, port: env.GRPC_PORT }),
  tls: parseTls(env, 'chat-service'),
  tracing: parseTracing(env),
  admin: Object.freeze({ host: env.METRICS_HOST, port: env.METRICS_PORT }),
  database: Object.freeze({
    url: env.DATABASE_URL,
    poolMax: env.DATABASE_POOL_MAX,
    statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
  }),
  trashPurgeIntervalMs: env.TRASH_PURGE_INTERVAL_MS,
  redisUrl: env.REDIS_URL,
  jwksUrl: parseJwksUrl(env),
}));

export type ChatConfig = Readonly<z.output<typeof schema>>;

/** Throws ConfigError, which names every variable that is missing or wrong. */
export function loadChatConfig(env: Environment): ChatConfig {
  return parseConfig(schema, env);
}
