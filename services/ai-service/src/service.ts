import { aiServiceDefinition } from '@chatbot/proto';
import {
  checkHealth,
  type Logger,
  openTls,
  openTracing,
  serviceVersion,
  startAdminServer,
  startLoopPressure,
  startRpcServer,
} from '@chatbot/service-kit';
import type { AiConfig } from './config.ts';
import { createAiMetrics } from './metrics.ts';
import { createOllamaHosts } from './ollama/hosts.ts';
import { createTransport } from './ollama/transport.ts';
import { createPullGate } from './pull-gate.ts';
import { aiServiceHandlers } from './rpc/ai-service.ts';

export type AiService = AsyncDisposable & { readonly grpcPort: number; readonly metricsPort: number };

/**
 * Starts the service. It is ready without Ollama: it answers, and says when Ollama does not. Disposing of it lets running
 * replies finish for a while, then cuts them off.
 */
export async function startAiService(config: AiConfig, logger: Logger): Promise<AiService> {
  const { defaultModel, contextTokensMax } = config.models;
  const { endpoints, firstByteTimeoutMs, idleTimeoutMs, returnTimeoutMs } = config.ollama;
  await using stack = new AsyncDisposableStack();

  const version = serviceVersion(import.meta.url);
  const tracing = stack.use(await openTracing({ service: 'ai-service', version, settings: config.tracing, logger }));
  const metrics = createAiMetrics();
  const tls = config.tls && stack.use(await openTls({ files: config.tls, logger, registry: metrics.registry }));
  const transport = stack.use(createTransport({ firstByteTimeoutMs, idleTimeoutMs }));
  const pressure = stack.use(startLoopPressure());
  const hosts = stack.use(
    createOllamaHosts({ endpoints, transport, pressure, defaultModel, queue: config.queue, logger }),
  );
  metrics.reportQueueLengths(() =>
    hosts.all.map(({ label, queue }) => ({ host: label, waitingCount: queue.waitingCount })),
  );
  const admin = stack.use(
    await startAdminServer({ ...config.admin, registry: metrics.registry, health: () => checkHealth([]) }),
  );
  const rpc = stack.use(
    await startRpcServer({
      definition: aiServiceDefinition,
      callers: ['api-gateway'],
      tls,
      version,
      handlers: aiServiceHandlers({
        hosts,
        returnTimeoutMs,
        pulls: createPullGate(),
        metrics,
        tracing,
        logger,
        defaultModel,
        contextTokensMax,
      }),
      ...config.rpc,
      checks: [],
      logger,
      metrics: metrics.rpc,
      tracing,
    }),
  );
  logger.info({ grpcPort: rpc.port, metricsPort: admin.port, hosts: endpoints.map(({ label }) => label) }, 'listening');

  const running = stack.move();
  return { grpcPort: rpc.port, metricsPort: admin.port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
