export { type Backends, testBackends } from './backends.ts';
export { type CertificateAuthority, createCertificateAuthority, type KeyPair } from './certificate-authority.ts';
export { type PostgresClusterOptions, startPostgresCluster } from './database/postgres-cluster.ts';
export { createDatabaseOn } from './database/real-database.ts';
export { createTestDatabase, type TestDatabase } from './database/test-database.ts';
export { createRandom, type Random, seedsOf } from './faults/random.ts';
export { createStatementCounter } from './faults/statement-counter.ts';
export type { SystemLinks } from './faults/system-links.ts';
export { type Direction, type DisturbOptions, startTcpProxy, type TcpProxy, urlThrough } from './faults/tcp-proxy.ts';
export { freePort } from './free-port.ts';
export { createTestRedis, type TestRedis } from './redis/test-redis.ts';
export { createServiceCertificates, findCallers, type ServiceCertificates } from './service-certificates.ts';
export {
  type FaultySystem,
  type ProcessExit,
  type System,
  type SystemOptions,
  type SystemProcess,
  startFaultySystem,
  startSystem,
} from './system.ts';
export { createTestTokens, type SignOptions, type TestTokens } from './test-tokens.ts';
export { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from './trace-receiver.ts';
export { type WaitForOptions, waitFor } from './wait-for.ts';
