import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

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
