import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createAccessTokenVerifier,
  createRegistry,
  createRequestContext,
  type Logger,
  openSigningKeys,
  openTls,
  openTracing,
  serviceVersion,
  startAdminServer,
  startLoopPressure,
  startRedisEventConsumer,
  startRevocationWatch,
} from '@chatbot/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { createAccessWatch } from './access-watch.ts';
import { createClientAddress } from './client-address.ts';
import { createClients, timeouts } from './clients/clients.ts';
import type { GatewayConfig } from './config.ts';
import { drainConnections, sendClientsElsewhere } from './drain.ts';
import { createUserEventPublisher } from './events.ts';
import { createAskAhead } from './generation/ask-ahead.ts';
import { createCompletionRecorder } from './generation/completion.ts';
import { startGenerations } from './generation/generations.ts';
import { createGenerationLog } from './generation/log.ts';
import { startLogTail } from './generation/tail.ts';
import { createApp } from './http/app.ts';
import { createHealth } from './http/health.ts';
import { createOpenStreams } from './http/open-streams.ts';
import { createPublicServer } from './http/public-server.ts';
import { createImportGate } from './imports/import-gate.ts';
import { createGatewayMetrics } from './metrics.ts';
import { createModelGate } from './model-gate.ts';
import { createOriginCheck, loopbackOrigins } from './origins.ts';
import { startPresence } from './presence.ts';
import { createQuotas } from './quotas/quotas.ts';
import { createRateLimits } from './rate-limits.ts';
import { connectRedis, quietPublisher } from './redis.ts';
import { createEventLimit } from './sockets/event-limit.ts';
import { attachSockets, createSocketServer } from './sockets/server.ts';
import { startSessionClock } from './sockets/session-clock.ts';
import { createAdmission } from './turns/admission.ts';
import { createLoadGate } from './turns/load-gate.ts';

export type ApiGateway = AsyncDisposable & { readonly port: number; readonly metricsPort: number };

/** Starts the gateway: the composition root. Disposing of it hands its generations over and closes its connections. */
export async function startApiGateway(config: GatewayConfig, logger: Logger): Promise<ApiGateway> {
  await using stack = new AsyncDisposableStack();
  const version = serviceVersion(import.meta.url);
  const tracing = stack.use(await openTracing({ service: 'api-gateway', version, settings: config.tracing, logger }));
  const owner = uuidv7();
  const registry = createRegistry('api-gateway');
  const metrics = createGatewayMetrics(registry);

  // Five connections: commands, the tail's blocking reads, and subscribers, which can do nothing else.
  const redis = stack.use(connectRedis(config.redisUrl, { role: 'commands', logger }));
  const blocking = stack.use(connectRedis(config.redisUrl, { role: 'blocking', logger }));
  const stopSubscriber = stack.use(connectRedis(config.redisUrl, { role: 'subscriber', logger }));
  const adapterPublisher = stack.use(connectRedis(config.redisUrl, { role: 'commands', logger }));
  const adapterSubscriber = stack.use(connectRedis(config.redisUrl, { role: 'subscriber', logger }));

  const tls = config.tls && stack.use(await openTls({ files: config.tls, logger, registry }));
  const clients = createClients({ addresses: config.services, tls, metrics: metrics.rpc, tracing });
  for (const client of Object.values(clients)) stack.use(client);
  const signingKeys = stack.use(openSigningKeys({ url: config.jwksUrl, tls, metrics: metrics.rpc }));
  const revocations = stack.use(await startRevocationWatch({ redisUrl: config.redisUrl, logger }));
  const accessTokens = createAccessTokenVerifier(() => signingKeys.load(), { revocations });
  const sessions = stack.use(startSessionClock(accessTokens));
  const limits = createRateLimits({ redis: redis.client, limits: config.limits, logger, metrics, tracing });

  // Socket.IO takes its own paths from the server and leaves the rest to the listener that it finds there.
  let app: RequestListener = (_request, response) => void response.writeHead(503).end();
  // As long as an import may take; every other body has less time, see http/app.ts.
  const http = createPublicServer((request, response) => app(request, response), { requestTimeoutMs: 10 * 60_000 });
  await listen(http, config.http);
  const { port } = http.address() as AddressInfo;
  const publicOrigins = config.origins.public.length > 0 ? config.origins.public : loopbackOrigins(port);
  const isAllowedOrigin = createOriginCheck([...publicOrigins, ...config.origins.cors]);
  const io = createSocketServer({
    publisher: quietPublisher(adapterPublisher.client, logger),
    subscriber: adapterSubscriber.client,
    isAllowedOrigin,
    limits,
    addressOf: createClientAddress(config.http.trustProxy),
    // Frames would not come over them.
    isClosed: () => tail.isCutOff,
  });
  const events = createUserEventPublisher(io);
  const access = createAccessWatch(io);
  const presence = stack.use(startPresence({ redis: redis.client, io, logger }));

  const log = createGenerationLog({ redis: redis.client, owner, leaseTtlMs: config.leaseTtlMs, tracing });
  const streams = createOpenStreams();
  const tail = stack.use(
    startLogTail({
      log,
      blocking: blocking.client,
      redis: redis.client,
      logger,
      metrics,
      owner,
      onCutOff: () => sendClientsElsewhere({ io, streams }),
    }),
  );
  const ahead = createAskAhead({ ai: clients.ai, log, tail, leaseTtlMs: config.leaseTtlMs });
  const completions = createCompletionRecorder({ chat: clients.chat, ai: clients.ai, ahead, events, logger });
  const pressure = stack.use(startLoopPressure());
  const { stopConfirmationMs } = config;
  const runDeps = {
    log,
    chat: clients.chat,
    ai: clients.ai,
    completions,
    logger,
    metrics,
    tracing,
    pressure,
    stopConfirmationMs,
  };
  const generations = stack.use(
    await startGenerations({
      ...runDeps,
      user: clients.user,
      subscriber: stopSubscriber.client,
      leaseTtlMs: config.leaseTtlMs,
    }),
  );

  const quotas = createQuotas({ redis: redis.client, limits: config.quotas, logger, metrics, tracing });
  const gate = stack.use(createModelGate({ ai: clients.ai, logger, metrics }));
  stack.use(
    startRedisEventConsumer({
      redisUrl: config.redisUrl,
      group: 'api-gateway',
      areas: ['chat'],
      handle: quotas.count,
      logger,
    }),
  );
  const load = createLoadGate({ repliesMax: config.repliesMax, countRunning: generations.countRunning, metrics });
  const turns = { chat: clients.chat, generations, ahead, events, admission: createAdmission({ quotas, gate, load }) };
  const deps = { ...turns, log, tail, logger, clients, limits, quotas, access };
  const eventLimit = createEventLimit({ redis: redis.client, eventsPerMinute: config.limits.eventsPerMinute });
  const eventDeps = { ...deps, presence };
  attachSockets({ io, http, deps: eventDeps, accessTokens, sessions, eventLimit, logger, metrics, tracing });
  const health = createHealth({ clients, redis: redis.client, version });
  const readJwks = async () => {
    const { jwksJson } = await clients.user.unary(
      'ListSigningKeys',
      {},
      { context: createRequestContext(), timeoutMs: timeouts.unaryMs },
    );
    return jwksJson;
  };
  const cookies = { secure: publicOrigins.every((origin) => origin.startsWith('https:')) };
  app = createApp({
    config,
    version,
    isAllowedOrigin,
    health,
    readJwks,
    http: { ...deps, cookies, sessions, streams, imports: createImportGate(), readDeadlineMs: config.readDeadlineMs },
    accessTokens,
    logger,
    metrics,
    tracing,
  });
  const admin = stack.use(await startAdminServer({ ...config.admin, registry, health: health.readiness }));
  // First to go: clients are sent to other replicas before their generations are handed over.
  stack.defer(() => drainConnections({ http, io, streams }));

  const resources = stack.move();
  return { port, metricsPort: admin.port, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function listen(http: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}
