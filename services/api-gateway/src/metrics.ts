import { Counter, createRpcMetrics, durationBuckets, Gauge, Histogram, type Registry } from '@chatbot/service-kit';
import { endStatusSchema } from './generation/frame.ts';

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

const generationBuckets = [0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
/** Why something is refused: an account, an address or everybody has used up this. */
const limitScopes = [
  'requests',
  'sign-ins',
  'connections',
  'account-requests',
  'messages',
  'events',
  'tokens',
  'generations',
  'models',
  'replica',
];
const firstTextBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** The metrics of the gateway. No label ever holds an id. */
export function createGatewayMetrics(registry: Registry) {
  const registers = [registry];
  const metrics = {
    rpc: createRpcMetrics(registry),
    httpDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of the HTTP requests answered, by route template',
      labelNames: ['method', 'route', 'status'],
      buckets: durationBuckets,
      registers,
    }),
    socketConnections: new Gauge({ name: 'socket_connections', help: 'Open Socket.IO connections', registers }),
    socketEventDuration: new Histogram({
      name: 'socket_event_duration_seconds',
      help: 'From a socket event to its acknowledgement',
      labelNames: ['event'],
      buckets: durationBuckets,
      registers,
    }),
    socketEvents: new Counter({
      name: 'socket_events_total',
      help: 'Socket events received, by name and outcome',
      labelNames: ['event', 'outcome'],
      registers,
    }),
    generationActive: new Gauge({ name: 'generation_active', help: 'Generations that this replica runs', registers }),
    generationDuration: new Histogram({
      name: 'generation_duration_seconds',
      help: 'From the claim of a generation to its end, by status',
      labelNames: ['status'],
      buckets: generationBuckets,
      registers,
    }),
    generationFirstText: new Histogram({
      name: 'generation_first_text_seconds',
      help: 'From the claim of a new generation to the first piece of its text, the wait for a model included',
      buckets: firstTextBuckets,
      registers,
    }),
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
  // From the start at 0, so that the first one is an increase and not a new series.
  for (const status of endStatusSchema.options) metrics.generationTotal.inc({ status }, 0);
  for (const scope of limitScopes) metrics.rateLimited.inc({ scope }, 0);
  return metrics;
}
