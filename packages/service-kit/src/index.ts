export {
  type AccessTokenVerifier,
  accessTokenClaims,
  bearerToken,
  createAccessTokenVerifier,
  fetchJwks,
  type Identity,
  type Jwks,
} from './access-token.ts';
export { type AdminServer, startAdminServer } from './admin-server.ts';
export {
  ConfigError,
  commonEnv,
  type Environment,
  environmentTable,
  listVariable,
  parseConfig,
  portVariable,
  rpcServerEnv,
  urlVariable,
} from './config.ts';
export { databaseError } from './database-error.ts';
export {
  type DomainEvent,
  type DomainEventHandler,
  type DomainEventPublisher,
  domainEventSchema,
} from './events/domain-event.ts';
export { type Outbox, startOutboxRelay } from './events/outbox-relay.ts';
export { createRedisEventPublisher, startRedisEventConsumer } from './events/redis-domain-events.ts';
export { checkHealth, type HealthCheck, type HealthReport } from './health.ts';
export { createLogger, type Logger } from './logger.ts';
export { type LoopPressure, startLoopPressure } from './loop-pressure.ts';
export {
  Counter,
  createRegistry,
  createRpcMetrics,
  durationBuckets,
  Gauge,
  Histogram,
  type PoolState,
  Registry,
  type RpcMetrics,
  reportDatabasePool,
} from './metrics.ts';
export { inScriptSpan, limiterStore } from './redis/script-span.ts';
export { createRequestContext, type RequestContext, traceIdOf } from './request-context.ts';
export { type RevocationWatch, startRevocationWatch } from './revocation-watch.ts';
export {
  decodeRevocation,
  encodeRevocation,
  isRevocationCause,
  type Revocation,
  type RevocationCause,
  type RevocationList,
  revocationKeys,
} from './revocations.ts';
export { createRpcClient, type RpcCallOptions, type RpcClient, type RpcDuplex, type RpcStream } from './rpc/client.ts';
export {
  duplex,
  type RpcAccess,
  type RpcCall,
  type RpcHandlers,
  type StreamRpc,
  serverStream,
  type UnaryRpc,
  type UserRpcCall,
  unary,
} from './rpc/handlers.ts';
export { type RpcServer, startRpcServer } from './rpc/server.ts';
export { jwksEnv, openSigningKeys, parseJwksUrl } from './rpc/signing-keys.ts';
export type { MethodName } from './rpc/types.ts';
export { type RunOptions, run } from './run.ts';
export { type ServiceName, serviceIdentity, serviceNames } from './service-name.ts';
export { fromTimestamp, type Timestamp, toTimestamp } from './time.ts';
export { parseTls, type TlsFiles, tlsEnv } from './tls/config.ts';
export { openTls, type Tls } from './tls/tls.ts';
export { parseTracing, type TracingSettings, tracingEnv } from './tracing/config.ts';
export { inTrace } from './tracing/current-trace.ts';
export { openTracing } from './tracing/open-tracing.ts';
export {
  noTracing,
  type Span,
  type SpanAttributes,
  type SpanOptions,
  type SpanOutcome,
  type Tracing,
} from './tracing/tracing.ts';
export { serviceVersion } from './version.ts';
