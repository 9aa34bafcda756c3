import { userServiceDefinition } from '@chatbot/proto';
import {
  checkHealth,
  createAccessTokenVerifier,
  createRegistry,
  createRpcMetrics,
  type Logger,
  reportDatabasePool,
  serviceVersion,
  startAdminServer,
  startRpcServer,
} from '@chatbot/service-kit';
import { createBcryptPasswordHasher } from './adapters/bcrypt-password-hasher.ts';
import { openDatabase } from './adapters/database.ts';
import { createJwtAccessTokenSigner } from './adapters/jwt-access-token-signer.ts';
import { createPrismaAccountStore } from './adapters/prisma-account-store.ts';
import { createPrismaSessionStore } from './adapters/prisma-session-store.ts';
import { createPrometheusAuthEvents } from './adapters/prometheus-auth-events.ts';
import type { UserServiceConfig } from './config.ts';
import { createUserServiceHandlers } from './rpc/user-service.ts';

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
  const registry = createRegistry('user-service');
  const database = resources.use(openDatabase(config.database, logger));
  reportDatabasePool(registry, { maxCount: config.database.poolMax, read: () => database.pool });
  const checks = [{ name: 'database', check: () => database.check() }];
  const accessTokens = createJwtAccessTokenSigner(config.tokens);
  const { jwks } = accessTokens;
  const handlers = createUserServiceHandlers({
    accounts: createPrismaAccountStore(database),
    sessions: createPrismaSessionStore(database),
    passwords: await createBcryptPasswordHasher(config.passwords),
    accessTokens,
    events: createPrometheusAuthEvents(registry),
    now,
    refreshTokenSeconds: config.tokens.refreshTokenSeconds,
    jwks,
  });
  const admin = resources.use(
    await startAdminServer({
      ...config.admin,
      registry,
      health: () => checkHealth(checks),
      routes: { '/.well-known/jwks.json': () => jwks },
    }),
  );
  const rpc = resources.use(
    await startRpcServer({
      ...config.rpc,
      definition: userServiceDefinition,
      version: serviceVersion(import.meta.url),
      handlers,
      checks,
      logger,
      metrics: createRpcMetrics(registry),
      accessTokens: createAccessTokenVerifier(async () => jwks),
    }),
  );
  const started = resources.move();
  return { grpcPort: rpc.port, metricsPort: admin.port, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
