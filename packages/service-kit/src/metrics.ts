import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HealthReport } from './health.ts';

export { Counter, Gauge, Histogram, Registry };

export type RpcMetrics = {
  readonly serverDuration: Histogram<'method' | 'code'>;
  readonly clientDuration: Histogram<'method' | 'code'>;
};

/** A registry with the process metrics of Node; every metric carries the service's name as a label. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Buckets from 1 ms to 10 s, in seconds. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The gRPC metrics; `method` is the full name, `code` the gRPC status name. */
export function createRpcMetrics(registry: Registry): RpcMetrics {
  return {
    serverDuration: new Histogram({
      name: 'rpc_server_duration_seconds',
      help: 'Duration of the rpcs answered',
      labelNames: ['method', 'code'],
      buckets: durationBuckets,
      registers: [registry],
    }),
    clientDuration: new Histogram({
      name: 'rpc_client_duration_seconds',
      help: 'Duration of the rpcs sent',
      labelNames: ['method', 'code'],
      buckets: durationBuckets,
      registers: [registry],
    }),
  };
}

/** What a service needs, as its health check sees it whenever the metrics are read. */
export function reportDependencies(registry: Registry, health: () => Promise<HealthReport>): void {
  const latency = new Gauge({
    name: 'dependency_check_seconds',
    help: 'How long the last health check of each dependency took',
    labelNames: ['dependency'],
    registers: [registry],
  });
  new Gauge({
    name: 'dependency_up',
    help: 'Whether each dependency passed its health check (1) or not (0)',
    labelNames: ['dependency'],
    registers: [registry],
    async collect() {
      const { checks } = await health();
      for (const { name, ok, latencyMs } of checks) {
        this.set({ dependency: name }, ok ? 1 : 0);
        latency.set({ dependency: name }, latencyMs / 1000);
      }
    },
  });
}

/** How a pool of database connections stands. */
export type PoolState = { readonly totalCount: number; readonly idleCount: number; readonly waitingCount: number };

/** The pool of database connections, read whenever the metrics are. */
export function reportDatabasePool(registry: Registry, options: { maxCount: number; read: () => PoolState }): void {
  const { maxCount, read } = options;
  new Gauge({
    name: 'database_pool_connections_max',
    help: 'How many connections the pool may hold',
    registers: [registry],
  }).set(maxCount);
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections of the pool, by state: in use or idle',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { totalCount, idleCount } = read();
      this.set({ state: 'used' }, totalCount - idleCount);
      this.set({ state: 'idle' }, idleCount);
    },
  });
  new Gauge({
    name: 'database_pool_waiting',
    help: 'Statements that wait for a connection of the pool',
    registers: [registry],
    collect() {
      this.set(read().waitingCount);
    },
  });
}
