import { AppError, toAppError } from '@chatbot/errors';
import { createRequestContext, type Logger } from '@chatbot/service-kit';
import { type AiClient, timeouts } from './clients/clients.ts';
import type { GatewayMetrics } from './metrics.ts';

/** Whether the queues of the model servers take one more reply. */
export type ModelGate = Disposable & {
  /** Throws RATE_LIMITED while they are full. */
  pass(): void;
};

const askIntervalMs = 1_000;
/** The load is asked for while replies are asked for, and for so long after the last one. */
const interestMs = 5_000;

/**
 * Asks ai-service each second whether its queues are full, and refuses replies from one answer that says so to the next that does not. Without an
 * answer everything passes: a reply that then meets a full queue fails with the same reason.
 */
export function createModelGate({
  ai,
  logger,
  metrics,
}: {
  ai: AiClient;
  logger: Logger;
  metrics: GatewayMetrics;
}): ModelGate {
  let isFull = false;
  let wantedUntilMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function ask() {
    try {
      const options = { context: createRequestContext(), timeoutMs: timeouts.healthMs };
      isFull = (await ai.unary('GetLoad', {}, options)).full;
    } catch (error) {
      isFull = false;
      logger.debug({ reason: toAppError(error).reason }, 'the load of the model servers is not known');
    }
    schedule();
  }

  function schedule() {
    const wanted = !stopped && (isFull || performance.now() < wantedUntilMs);
    timer = wanted ? setTimeout(() => void ask(), askIntervalMs) : undefined;
  }

  return {
    pass() {
      wantedUntilMs = performance.now() + interestMs;
      if (timer === undefined) schedule();
      if (!isFull) return;
      metrics.rateLimited.inc({ scope: 'models' });
      throw new AppError('RATE_LIMITED', {
        detail: 'The model server is busy: too many replies are waiting for it. Try again in a few seconds.',
        retryAfterMs: 2 * askIntervalMs,
      });
    },
    [Symbol.dispose]() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
