export { type Backends, testBackends } from './backends.ts';
export { type PostgresClusterOptions, startPostgresCluster } from './database/postgres-cluster.ts';
export { createDatabaseOn } from './database/real-database.ts';
export { createTestDatabase, type TestDatabase } from './database/test-database.ts';
export { freePort } from './free-port.ts';
export { createTestRedis, type TestRedis } from './redis/test-redis.ts';
export { type System, type SystemOptions, type SystemProcess, startSystem } from './system.ts';
export { createTestTokens, type SignOptions, type TestTokens } from './test-tokens.ts';
export { type WaitForOptions, waitFor } from './wait-for.ts';
