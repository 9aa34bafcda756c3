import {
  commonEnv,
  type Environment,
  parseConfig,
  parseTls,
  parseTracing,
  portVariable,
  rpcServerEnv,
  tlsEnv,
  tracingEnv,
  urlVariable,
} from '@chatbot/service-kit';
import { z } from 'zod';
import { readSigningKeys, SigningKeyError } from './signing-key-files.ts';

const dayInSeconds = 86_400;
const bcryptCostMin = 10;
/** A change of a password waits for a check, an estimate (4 s) and a hash; api-gateway waits 15 s for all of it. */
const passwordQueueWaitMaxMs = 4_000;

/** The variables that user-service reads. */
export const envShape = {
  ...commonEnv,
  ...rpcServerEnv(50_051),
  ...tlsEnv,
  METRICS_PORT: portVariable(9101, 'Port for metrics, health and /.well-known/jwks.json'),
  DATABASE_URL: urlVariable(['postgres', 'postgresql'], 'The database of accounts'),
  DATABASE_POOL_MAX: integer(1, 100).default(10).describe('Database connections at most'),
  DATABASE_STATEMENT_TIMEOUT_MS: integer(100, 60_000)
    .default(5_000)
    .describe('A database statement that takes longer is given up, in milliseconds'),
  REDIS_URL: urlVariable(['redis', 'rediss'], 'Redis, to say which tokens are revoked; it works without for a while'),
  SIGNING_KEY_FILE: z
    .string()
    .transform(checkSigningKeys)
    .describe(
      'The private key that signs access tokens (PEM, elliptic curve P-256), or a folder of such keys that follow each other',
    ),
  SECOND_FACTOR_KEYS: z
    .string()
    .refine((keys) => splitKeys(keys).every((key) => key.length >= 32), 'must have at least 32 characters each')
    .transform(splitKeys)
    .describe(
      'Random texts that the secrets of second factors are sealed with, comma-separated: the first seals, the others still open',
    ),
  // Sessions of a day at most stay usable with a leaked access token for as long; more would not be a short life.
  ACCESS_TOKEN_SECONDS: integer(30, dayInSeconds).default(900).describe('The life of an access token, in seconds'),
  REFRESH_TOKEN_SECONDS: integer(60, 366 * dayInSeconds)
    .default(30 * dayInSeconds)
    .describe('The life of a refresh token from its last use, in seconds'),
  ACCOUNT_REMOVAL_GRACE_SECONDS: integer(0, 366 * dayInSeconds)
    .default(14 * dayInSeconds)
    .describe('How long a deleted account is kept, for its owner to restore it by signing in, in seconds'),
  SETUP_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .max(512)
    .optional()
    .describe('Makes the first administrator: who registers with it; without it nobody is one'),
  // Over 15 a single sign-in takes seconds.
  BCRYPT_COST: integer(4, 15)
    .optional()
    .describe(`Cost of a password hash; 12 in production when not set, else ${bcryptCostMin}; less only in tests`),
  PASSWORD_HASHES_MAX: integer(1, 64)
    .default(2)
    .describe('Password hashes at the same time; keep it below UV_THREADPOOL_SIZE (4)'),
  SIGN_IN_FAILURES_MAX: integer(5, 1_000_000)
    .default(100)
    .describe(
      'Failed sign-ins of one network, with whatever accounts, in a quarter of an hour; it is refused after that',
    ),
  PASSWORD_QUEUE_MAX: integer(0, 10_000).default(100).describe('Password hashes that may wait for their turn'),
  ...tracingEnv,
};

const envSchema = z
  .object(envShape)
  .refine(
    ({ NODE_ENV, BCRYPT_COST }) => NODE_ENV === 'test' || BCRYPT_COST === undefined || BCRYPT_COST >= bcryptCostMin,
    {
      path: ['BCRYPT_COST'],
      error: `must be at least ${bcryptCostMin} outside of tests`,
      // Also beside other problems, so that all of them are named at once.
      when: () => true,
    },
  );

export type UserServiceConfig = ReturnType<typeof loadUserServiceConfig>;

/** Reads the configuration, the signing key included. Throws ConfigError naming every variable that is missing or wrong. */
export function loadUserServiceConfig(env: Environment) {
  const values = parseConfig(envSchema, env);
  return Object.freeze({
    nodeEnv: values.NODE_ENV,
    logLevel: values.LOG_LEVEL,
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
    rpc: Object.freeze({ host: values.GRPC_HOST, port: values.GRPC_PORT }),
    tls: parseTls(values, 'user-service'),
    tracing: parseTracing(values),
    admin: Object.freeze({ host: values.METRICS_HOST, port: values.METRICS_PORT }),
    database: Object.freeze({
      url: values.DATABASE_URL,
      poolMax: values.DATABASE_POOL_MAX,
      statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS,
    }),
    redisUrl: values.REDIS_URL,
    tokens: Object.freeze({
      signingKeyFile: values.SIGNING_KEY_FILE,
      accessTokenSeconds: values.ACCESS_TOKEN_SECONDS,
      refreshTokenSeconds: values.REFRESH_TOKEN_SECONDS,
    }),
    accounts: Object.freeze({
      removalGraceSeconds: values.ACCOUNT_REMOVAL_GRACE_SECONDS,
      setupToken: values.SETUP_TOKEN,
    }),
    secondFactorKeys: values.SECOND_FACTOR_KEYS,
    guard: Object.freeze({ networkFailuresMax: values.SIGN_IN_FAILURES_MAX }),
    passwords: Object.freeze({
      cost: values.BCRYPT_COST ?? (values.NODE_ENV === 'production' ? 12 : bcryptCostMin),
      concurrencyMax: values.PASSWORD_HASHES_MAX,
      queueMax: values.PASSWORD_QUEUE_MAX,
      queueWaitMaxMs: passwordQueueWaitMaxMs,
    }),
  });
}

function splitKeys(keys: string): readonly string[] {
  return keys.split(',');
}

function integer(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max);
}

/** The path itself: the keys of a folder change while the service runs. */
function checkSigningKeys(fileOrFolder: string, context: z.RefinementCtx): string {
  try {
    readSigningKeys(fileOrFolder);
    return fileOrFolder;
  } catch (error) {
    if (!(error instanceof SigningKeyError)) throw error;
    context.addIssue(error.message);
    return z.NEVER;
  }
}
