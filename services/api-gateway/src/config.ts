import {
  commonEnv,
  type Environment,
  jwksEnv,
  listVariable,
  parseConfig,
  parseJwksUrl,
  parseTls,
  parseTracing,
  portVariable,
  tlsEnv,
  tracingEnv,
  urlVariable,
} from '@chatbot/service-kit';
import { z } from 'zod';

const address = (description: string) => z.string().min(1).describe(description);
const perMinute = (fallback: number, description: string) =>
  z.coerce.number().int().min(1).max(10_000_000).default(fallback).describe(description);

function originsVariable(description: string) {
  return listVariable(description).refine(
    (origins) => origins.every(isOrigin),
    'must be origins such as https://chat.example.com',
  );
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value.toLowerCase();
}

/** The environment of api-gateway; the table in its README is made from this. */
export const envShape = {
  ...commonEnv,
  ...tlsEnv,
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address for the public port'),
  HTTP_PORT: portVariable(8080, 'The public port: REST, Socket.IO and the web client'),
  METRICS_PORT: portVariable(9100, 'Port for metrics and health'),
  REDIS_URL: urlVariable(['redis', 'rediss'], 'Redis: generation logs, leases, rate limits, fan-out'),
  USER_SERVICE_ADDR: address('gRPC target of user-service, for example `dns:///user-service:50051`'),
  CHAT_SERVICE_ADDR: address('gRPC target of chat-service'),
  AI_SERVICE_ADDR: address('gRPC target of ai-service'),
  ...jwksEnv,
  PUBLIC_ORIGINS: originsVariable(
    'The origins at which browsers reach this system; empty means http://localhost and http://127.0.0.1 at HTTP_PORT',
  ),
  CORS_ORIGINS: originsVariable('Other origins that may call the API with a bearer token'),
  TRUST_PROXY: z
    .string()
    .regex(
      /^(\d+|loopback|linklocal|uniquelocal|[\d.:a-fA-F/, ]+)$/,
      'must be a hop count, a name or a list of subnets as Express takes them',
    )
    .default('0')
    .describe('Proxies whose X-Forwarded-For is believed: a hop count or a list of subnets'),
  WEB_ROOT: z.string().default('').describe('Folder of the built web client; empty serves none'),
  READ_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(2_000)
    .describe(
      'By when a GET is answered, in milliseconds, and what it asked for is given up; streams and downloads take longer',
    ),
  LEASE_TTL_MS: z.coerce
    .number()
    .int()
    .min(500)
    .max(60_000)
    .default(5_000)
    .describe('A generation whose owner was silent for this long is taken over'),
  STOP_CONFIRMATION_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(2_000)
    .describe(
      'How long ai-service may take to close the request of a stopped reply and say what it took, in milliseconds',
    ),
  RATE_LIMIT_REQUESTS_PER_MINUTE: perMinute(600, 'REST requests of one address'),
  RATE_LIMIT_ACCOUNT_REQUESTS_PER_MINUTE: perMinute(1_200, 'REST requests of one account, from wherever they come'),
  RATE_LIMIT_CONNECTIONS_PER_MINUTE: perMinute(300, 'New Socket.IO connections of one address'),
  RATE_LIMIT_SIGN_INS_PER_MINUTE: perMinute(30, 'Registrations, sign-ins and refreshes of one address'),
  RATE_LIMIT_MESSAGES_PER_MINUTE: perMinute(60, 'Messages sent by one account'),
  REPLIES_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(2_000)
    .describe('Replies that one replica writes at the same time; beyond it messages are refused with OVERLOADED'),
  QUOTA_TOKENS_PER_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .default(5_000_000)
    .describe('Prompt and completion tokens of one account in a day (UTC)'),
  QUOTA_GENERATIONS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(16)
    .describe('Replies of one account that are being written, or wait for it, at the same time'),
  RATE_LIMIT_EVENTS_PER_MINUTE: perMinute(1_200, 'Socket events of one account, on all its connections'),
  ...tracingEnv,
};

export type GatewayConfig = ReturnType<typeof loadGatewayConfig>;

/** Throws ConfigError naming every bad variable at once. */
export function loadGatewayConfig(env: Environment) {
  const vars = parseConfig(z.object(envShape), env);
  return Object.freeze({
    nodeEnv: vars.NODE_ENV,
    logLevel: vars.LOG_LEVEL,
    shutdownGraceMs: vars.SHUTDOWN_GRACE_MS,
    http: {
      host: vars.HTTP_HOST,
      port: vars.HTTP_PORT,
      trustProxy: trustProxy(vars.TRUST_PROXY),
      webRoot: vars.WEB_ROOT,
    },
    admin: { host: vars.METRICS_HOST, port: vars.METRICS_PORT },
    tls: parseTls(vars, 'api-gateway'),
    tracing: parseTracing(vars),
    redisUrl: vars.REDIS_URL,
    services: { user: vars.USER_SERVICE_ADDR, chat: vars.CHAT_SERVICE_ADDR, ai: vars.AI_SERVICE_ADDR },
    jwksUrl: parseJwksUrl(vars),
    origins: { public: vars.PUBLIC_ORIGINS, cors: vars.CORS_ORIGINS },
    readDeadlineMs: vars.READ_DEADLINE_MS,
    leaseTtlMs: vars.LEASE_TTL_MS,
    stopConfirmationMs: vars.STOP_CONFIRMATION_MS,
    repliesMax: vars.REPLIES_MAX,
    quotas: { tokensPerDay: vars.QUOTA_TOKENS_PER_DAY, generationsMax: vars.QUOTA_GENERATIONS_MAX },
    limits: {
      requestsPerMinute: vars.RATE_LIMIT_REQUESTS_PER_MINUTE,
      accountRequestsPerMinute: vars.RATE_LIMIT_ACCOUNT_REQUESTS_PER_MINUTE,
      connectionsPerMinute: vars.RATE_LIMIT_CONNECTIONS_PER_MINUTE,
      signInsPerMinute: vars.RATE_LIMIT_SIGN_INS_PER_MINUTE,
      messagesPerMinute: vars.RATE_LIMIT_MESSAGES_PER_MINUTE,
      eventsPerMinute: vars.RATE_LIMIT_EVENTS_PER_MINUTE,
    },
  });
}

function trustProxy(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}
