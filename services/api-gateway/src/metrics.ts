import { Counter, createRpcMetrics, durationBuckets, Gauge, Histogram, type Registry } from '@chatbot/service-kit';

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** The metrics of the gateway. No label ever holds an id. */
export function createGatewayMetrics(registry: Registry) {
  const registers = [registry];
  return {
    rpc: createRpcMetrics(registry),
    httpDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of the HTTP requests answered, by route template',
      labelNames: ['method', 'route', 'status'],
      buckets: durationBuckets,
      registers,
    }),
    socketConnections: new Gauge({ name: 'socket_connections', help: 'Open Socket.IO connections', registers }),
    socketEvents: new Counter({
      name: 'socket_events_total',
      help: 'Socket events received, by name and outcome',
      labelNames: ['event', 'outcome'],
      registers,
    }),
    generationActive: new Gauge({ name: 'generation_active', help: 'Generations that this replica runs', registers }),
    generationTotal: new Counter({
      name: 'generation_total',
      help: 'Generations that this replica ended, by status',
      labelNames: ['status'],
      registers,
    }),
    generationTakeovers: new Counter({
      name: 'generation_takeovers_total',
      help: 'Generations that this replica took over from another or from an earlier life of the system',
      registers,
    }),
    generationFrameGaps: new Counter({
      name: 'generation_frame_gap_total',
      help: 'Holes found in a generation log; each one is a fault',
      registers,
    }),
    rateLimited: new Counter({
      name: 'rate_limited_total',
      help: 'Requests and events refused by a limit, by scope',
      labelNames: ['scope'],
      registers,
    }),
  };
}
