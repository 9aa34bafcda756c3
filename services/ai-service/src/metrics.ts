import {
  createRegistry,
  createRpcMetrics,
  Gauge,
  Histogram,
  type Registry,
  type RpcMetrics,
} from '@chatbot/service-kit';

// Names, labels and buckets after the OpenTelemetry semantic conventions for generative AI clients
// (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/), with dots as underscores. The model is always one that is
// installed, never what a caller asked for, so that callers cannot add label values.
const modelLabels = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const;
const durationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const firstChunkBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const queueWaitBuckets = [0.01, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const tokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144];

export type AiMetrics = {
  readonly registry: Registry;
  readonly rpc: RpcMetrics;
  /** Records a request to a model that has ended, well or not. */
  observeOperation(operation: ModelOperation): void;
  observeFirstChunk(model: string, durationMs: number): void;
  /** Records how long a reply has waited for its place; 0 when one was free. */
  observeQueueWait(host: string, durationMs: number): void;
  /** Says where the lengths of the queues are read whenever the metrics are. */
  reportQueueLengths(read: () => readonly QueueLength[]): void;
};

type ModelOperation = {
  readonly model: string;
  readonly durationMs: number;
  /** The reason in the error catalogue; absent when all went well. */
  readonly errorType?: string;
  /** Without `promptTokens` when the request was cut short: only the model server knows them, and says so at the end. */
  readonly usage?: { readonly promptTokens?: number; readonly completionTokens: number };
};

/** `host` is the label of a configured server, which holds no credentials. */
type QueueLength = { readonly host: string; readonly waitingCount: number };

export function createAiMetrics(): AiMetrics {
  const registry = createRegistry('ai-service');
  const duration = new Histogram({
    name: 'gen_ai_client_operation_duration_seconds',
    help: 'Duration of the requests to models, to their last token',
    labelNames: [...modelLabels, 'error_type'],
    buckets: durationBuckets,
    registers: [registry],
  });
  const firstChunk = new Histogram({
    name: 'gen_ai_client_time_to_first_chunk_seconds',
    help: 'Time from the request to a model to its first text',
    labelNames: [...modelLabels],
    buckets: firstChunkBuckets,
    registers: [registry],
  });
  const tokens = new Histogram({
    name: 'gen_ai_client_token_usage',
    help: 'Tokens of the requests to models, as the model server counts them; the pieces received when it was cut short',
    labelNames: [...modelLabels, 'gen_ai_token_type'],
    buckets: tokenBuckets,
    registers: [registry],
  });
  const queueWait = new Histogram({
    name: 'generation_queue_wait_seconds',
    help: 'How long the replies that got a place on a model server waited for it',
    labelNames: ['host'],
    buckets: queueWaitBuckets,
    registers: [registry],
  });
  return {
    registry,
    rpc: createRpcMetrics(registry),
    observeOperation({ model, durationMs, errorType, usage }) {
      duration.observe({ ...labelsOf(model), error_type: errorType ?? '' }, durationMs / 1000);
      if (usage === undefined) return;
      const { promptTokens, completionTokens } = usage;
      if (promptTokens !== undefined) {
        tokens.observe({ ...labelsOf(model), gen_ai_token_type: 'input' }, promptTokens);
      }
      tokens.observe({ ...labelsOf(model), gen_ai_token_type: 'output' }, completionTokens);
    },
    observeFirstChunk(model, durationMs) {
      firstChunk.observe(labelsOf(model), durationMs / 1000);
    },
    observeQueueWait(host, durationMs) {
      queueWait.observe({ host }, durationMs / 1000);
    },
    reportQueueLengths(read) {
      new Gauge({
        name: 'generation_queue_length',
        help: 'How many requests wait for a place on a model server',
        labelNames: ['host'],
        registers: [registry],
        collect() {
          for (const { host, waitingCount } of read()) this.set({ host }, waitingCount);
        },
      });
    },
  };
}

function labelsOf(model: string) {
  return { gen_ai_operation_name: 'chat', gen_ai_provider_name: 'ollama', gen_ai_request_model: model };
}
