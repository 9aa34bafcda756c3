import { userServiceDefinition } from '@chatbot/proto';
import {
  checkHealth,
  createAccessTokenVerifier,
  createRedisEventPublisher,
  createRegistry,
  createRpcMetrics,
  type HealthCheck,
  type HealthReport,
  type Logger,
  limiterStore,
  openTls,
  openTracing,
  reportDatabasePool,
  serviceVersion,
  startAdminServer,
  startRevocationWatch,
  startRpcServer,
} from '@chatbot/service-kit';
import { createAesSecretBox } from './adapters/aes-secret-box.ts';
import { createBcryptPasswordHasher } from './adapters/bcrypt-password-hasher.ts';
import { openDatabase } from './adapters/database.ts';
import { createJwtAccessTokenSigner } from './adapters/jwt-access-token-signer.ts';
import { createPrismaAccountStore } from './adapters/prisma-account-store.ts';
import { createPrismaActivityStore } from './adapters/prisma-activity-store.ts';
import { createPrismaPreferenceStore } from './adapters/prisma-preference-store.ts';
import { createPrismaProfileStore } from './adapters/prisma-profile-store.ts';
import { createPrismaSecondFactorStore } from './adapters/prisma-second-factor-store.ts';
import { createPrismaSessionStore } from './adapters/prisma-session-store.ts';
import { createPrometheusAuthEvents } from './adapters/prometheus-auth-events.ts';
import { publishSignIns } from './adapters/publish-sign-ins.ts';
import { connectRedis } from './adapters/redis.ts';
import { createRedisRevocations } from './adapters/redis-revocations.ts';
import { createRedisSignInGuard } from './adapters/redis-sign-in-guard.ts';
import { createZxcvbnPasswordStrength } from './adapters/zxcvbn-password-strength.ts';
import { startBackgroundWork } from './background-work.ts';
import type { UserServiceConfig } from './config.ts';
import { reportSigningKeyAge } from './metrics.ts';
import { createUserServiceHandlers } from './rpc/user-service.ts';
import { readSigningKeys } from './signing-key-files.ts';

export type UserService = AsyncDisposable & { readonly grpcPort: number; readonly metricsPort: number };

export type UserServiceDeps = {
  logger: Logger;
  /** The clock of sessions and tokens; a test may bring its own. */
  now?: () => Date;
};

/** Starts user-service. Disposing of it drains the calls, then closes the database. Throws when a port is taken. */
export async function startUserService(
  config: UserServiceConfig,
  { logger, now = () => new Date() }: UserServiceDeps,
): Promise<UserService> {
  await using resources = new AsyncDisposableStack();
  const version = serviceVersion(import.meta.url);
  const tracing = resources.use(
    await openTracing({ service: 'user-service', version, settings: config.tracing, logger }),
  );
  const registry = createRegistry('user-service');
  const tls = config.tls && resources.use(await openTls({ files: config.tls, logger, registry }));
  const database = resources.use(openDatabase(config.database, logger));
  reportDatabasePool(registry, { maxCount: config.database.poolMax, read: () => database.pool });
  const checks = [{ name: 'database', check: () => database.check() }];
  const redis = resources.use(await connectRedis(config.redisUrl, logger));
  const { accessTokenSeconds, refreshTokenSeconds, signingKeyFile } = config.tokens;
  const accessTokens = createJwtAccessTokenSigner({
    accessTokenSeconds,
    readKeys: () => readSigningKeys(signingKeyFile),
  });
  const { jwks } = accessTokens;
  reportSigningKeyAge(registry, accessTokens.newestKeyAtMs);
  const domainEvents = createRedisEventPublisher(redis.client);
  const stores = { accounts: createPrismaAccountStore(database), sessions: createPrismaSessionStore(database) };
  const deps = {
    ...publishSignIns(stores, { publisher: domainEvents, logger }),
    activity: createPrismaActivityStore(database),
    profiles: createPrismaProfileStore(database),
    preferences: createPrismaPreferenceStore(database),
    secondFactors: createPrismaSecondFactorStore(database),
    secretBox: createAesSecretBox(config.secondFactorKeys),
    revocations: createRedisRevocations({ redis: redis.client, accessTokenSeconds, logger }),
    domainEvents,
    passwords: await createBcryptPasswordHasher(config.passwords),
    strength: resources.use(await createZxcvbnPasswordStrength()),
    guard: createRedisSignInGuard(limiterStore(redis.client), config.guard),
    accessTokens,
    events: createPrometheusAuthEvents(registry),
    now,
    refreshTokenSeconds,
    ...config.accounts,
  };
  resources.use(
    startBackgroundWork({ ...deps, accessTokenSeconds, redis: redis.client, redisUrl: config.redisUrl, logger }),
  );
  const handlers = createUserServiceHandlers({ ...deps, jwks });
  const revoked = resources.use(await startRevocationWatch({ redisUrl: config.redisUrl, logger }));
  const admin = resources.use(
    await startAdminServer({
      ...config.admin,
      registry,
      health: () => reportHealth({ needed: checks, wanted: [{ name: 'redis', check: redis.check }] }),
      routes: { '/.well-known/jwks.json': jwks },
    }),
  );
  const rpc = resources.use(
    await startRpcServer({
      ...config.rpc,
      definition: userServiceDefinition,
      version,
      handlers,
      callers: ['api-gateway'],
      tls,
      checks,
      logger,
      metrics: createRpcMetrics(registry),
      tracing,
      accessTokens: createAccessTokenVerifier(async () => jwks(), { revocations: revoked }),
    }),
  );
  const started = resources.move();
  return { grpcPort: rpc.port, metricsPort: admin.port, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Ready when what is needed is there; what is only wanted is reported. */
async function reportHealth(checks: {
  needed: readonly HealthCheck[];
  wanted: readonly HealthCheck[];
}): Promise<HealthReport> {
  const [needed, wanted] = await Promise.all([checkHealth(checks.needed), checkHealth(checks.wanted)]);
  return { ready: needed.ready, checks: [...needed.checks, ...wanted.checks] };
}
