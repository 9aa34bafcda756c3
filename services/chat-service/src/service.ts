import { chatServiceDefinition } from '@chatbot/proto';
import {
  checkHealth,
  createAccessTokenVerifier,
  createRedisEventPublisher,
  createRegistry,
  createRpcMetrics,
  type HealthCheck,
  type HealthReport,
  type Logger,
  openSigningKeys,
  openTls,
  openTracing,
  reportDatabasePool,
  serviceVersion,
  startAdminServer,
  startOutboxRelay,
  startRedisEventConsumer,
  startRevocationWatch,
  startRpcServer,
} from '@chatbot/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { createDatabase, type Database } from './adapters/database.ts';
import { createPostgresChangeFeed } from './adapters/postgres-change-feed.ts';
import { createPostgresSearchIndex } from './adapters/postgres-search-index.ts';
import { createPrismaArchiveStore } from './adapters/prisma-archive-store.ts';
import { createPrismaBulkStore } from './adapters/prisma-bulk-store.ts';
import { createPrismaConversationStore } from './adapters/prisma-conversation-store.ts';
import { createPrismaFolderStore } from './adapters/prisma-folder-store.ts';
import { createPrismaGenerationStore } from './adapters/prisma-generation-store.ts';
import { createPrismaLiveStateStore } from './adapters/prisma-live-state-store.ts';
import { createPrismaMemberStore } from './adapters/prisma-member-store.ts';
import { createPrismaMessageStore } from './adapters/prisma-message-store.ts';
import { createPrismaNoteStore } from './adapters/prisma-note-store.ts';
import { createPrismaOutbox } from './adapters/prisma-outbox.ts';
import { createPrismaPersonaStore } from './adapters/prisma-persona-store.ts';
import { createPrismaShareStore } from './adapters/prisma-share-store.ts';
import { createPrismaTrashStore } from './adapters/prisma-trash-store.ts';
import { createPrismaTurnStore } from './adapters/prisma-turn-store.ts';
import { createPrismaUserDataStore } from './adapters/prisma-user-data-store.ts';
import { connectRedis } from './adapters/redis.ts';
import { createRedisTyping } from './adapters/redis-typing.ts';
import { purgeExpired } from './app/purge-expired.ts';
import { removeUserData } from './app/remove-user-data.ts';
import type { ChatConfig } from './config.ts';
import { Prisma } from './generated/prisma/client.ts';
import { createChatMetrics } from './metrics.ts';
import { chatServiceHandlers } from './rpc/chat-service.ts';
import { startTrashPurge } from './trash-purge.ts';

export type ChatService = AsyncDisposable & {
  /** The ports it listens on. */
  readonly grpcPort: number;
  readonly metricsPort: number;
};

/** By how much the clocks of the replicas may differ, waiting for a connection included. */
const clockSkewMaxMs = 10_000;

/** Starts chat-service. It starts without Postgres and Redis as well, and says so in its health. Disposing of it drains it. */
export async function startChatService(config: ChatConfig, logger: Logger): Promise<ChatService> {
  await using stack = new AsyncDisposableStack();
  const version = serviceVersion(import.meta.url);
  const tracing = stack.use(await openTracing({ service: 'chat-service', version, settings: config.tracing, logger }));
  const database = stack.use(
    createDatabase({
      ...config.database,
      onConnectionLost: ({ message }) => logger.warn({ cause: message }, 'database connection lost'),
    }),
  );
  const typing = stack.use(
    await createRedisTyping({
      url: config.redisUrl,
      // Its message alone: the error itself may hold the command that failed, and AUTH has a password.
      onConnectionLost: ({ message }) => logger.warn({ cause: message }, 'redis connection lost'),
    }),
  );
  const revocations = stack.use(await startRevocationWatch({ redisUrl: config.redisUrl, logger }));
  const trash = createPrismaTrashStore(database);
  const changes = createPostgresChangeFeed(database);
  stack.use(
    startTrashPurge({
      purge: () => purgeExpired({ trash, changes, clock: Date.now }),
      intervalMs: config.trashPurgeIntervalMs,
      logger,
    }),
  );
  const registry = createRegistry('chat-service');
  const generations = createPrismaGenerationStore(database);
  const metrics = createChatMetrics(registry, Date.now);
  metrics.reportUnfinished(() => generations.countUnfinished());
  reportDatabasePool(registry, { maxCount: config.database.poolMax, read: () => database.pool });
  const tls = config.tls && stack.use(await openTls({ files: config.tls, logger, registry }));
  const rpcMetrics = createRpcMetrics(registry);
  const signingKeys = stack.use(openSigningKeys({ url: config.jwksUrl, tls, metrics: rpcMetrics }));
  const redis = stack.use(connectRedis(config.redisUrl));
  stack.use(
    startOutboxRelay({
      outbox: createPrismaOutbox(database),
      publisher: createRedisEventPublisher(redis.client),
      logger,
    }),
  );
  const userData = createPrismaUserDataStore(database);
  stack.use(
    startRedisEventConsumer({
      redisUrl: config.redisUrl,
      group: 'chat-service',
      areas: ['user'],
      handle: (events) => removeUserData({ userData }, events),
      logger,
    }),
  );
  const needed = [postgresCheck(database)];
  const wanted = [{ name: 'redis', check: () => typing.check() }];
  // Disposed of in reverse: the rpc server drains while everything it needs is still there.
  const admin = stack.use(
    await startAdminServer({ ...config.admin, registry, health: () => reportHealth({ needed, wanted }) }),
  );
  const rpc = stack.use(
    await startRpcServer({
      ...config.rpc,
      version,
      definition: chatServiceDefinition,
      callers: ['api-gateway'],
      tls,
      handlers: chatServiceHandlers({
        conversations: createPrismaConversationStore(database),
        messages: createPrismaMessageStore(database),
        turns: createPrismaTurnStore(database),
        notes: createPrismaNoteStore(database),
        generations,
        members: createPrismaMemberStore(database),
        searchIndex: createPostgresSearchIndex(database),
        trash,
        folders: createPrismaFolderStore(database),
        personas: createPrismaPersonaStore(database),
        bulk: createPrismaBulkStore(database),
        shares: createPrismaShareStore(database),
        archive: createPrismaArchiveStore(database),
        liveState: createPrismaLiveStateStore(database),
        changes,
        changeMarginMs: config.database.statementTimeoutMs + clockSkewMaxMs,
        typing,
        metrics,
        newId: uuidv7,
        clock: Date.now,
      }),
      checks: needed,
      logger,
      metrics: rpcMetrics,
      tracing,
      accessTokens: createAccessTokenVerifier(() => signingKeys.load(), { revocations }),
    }),
  );
  const running = stack.move();
  return {
    grpcPort: rpc.port,
    metricsPort: admin.port,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function postgresCheck(database: Database): HealthCheck {
  return {
    name: 'postgres',
    async check() {
      await database.query(z.object({ one: z.literal(1) }), Prisma.sql`SELECT 1 AS one`);
    },
  };
}

/** Ready when what is needed is there; what is only wanted is reported. */
async function reportHealth(checks: {
  needed: readonly HealthCheck[];
  wanted: readonly HealthCheck[];
}): Promise<HealthReport> {
  const [needed, wanted] = await Promise.all([checkHealth(checks.needed), checkHealth(checks.wanted)]);
  return { ready: needed.ready, checks: [...needed.checks, ...wanted.checks] };
}
