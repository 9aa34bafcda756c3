import { AppError } from '@chatbot/errors';
import { type Logger, type RpcCall, traceIdOf } from '@chatbot/service-kit';
import { OllamaError, toPullError } from './ollama/errors.ts';
import type { OllamaHost, OllamaHosts } from './ollama/hosts.ts';
import type { PullProgress } from './ollama/read-pull.ts';
import { paced } from './paced.ts';
import type { PullGate } from './pull-gate.ts';

export type PullModelDeps = { hosts: OllamaHosts; pulls: PullGate; logger: Logger };

export type PullEvent = PullProgress & {
  /** Counts the servers, from 1. */
  readonly server: number;
  readonly serverCount: number;
};

const intervalMs = 250;

/**
 * Has one server after the other pull a model, and tells how far each is. A server that fails does not keep the next ones; the call fails at
 * the end then. Leaving the iteration, or aborting the call, closes the request to the server. Ollama shares a download among all that ask for
 * it and gives it up with the last of them, so nothing has to be kept apart here. How replies are spread is not touched by what goes wrong.
 * Throws AppError OVERLOADED, MODEL_NOT_FOUND, MODEL_UNAVAILABLE, MODEL_FAILED, or the reason of the call's signal.
 */
export async function* pullModel(deps: PullModelDeps, model: string, call: RpcCall): AsyncGenerator<PullEvent, void> {
  using _running = deps.pulls.enter();
  const hosts = deps.hosts.all;
  const failures: OllamaError[] = [];
  for (const [index, host] of hosts.entries()) {
    try {
      for await (const progress of paced(pullFrom(deps, { host, model, call }), { intervalMs, now }))
        yield { ...progress, server: index + 1, serverCount: hosts.length };
    } catch (thrown) {
      if (!(thrown instanceof OllamaError)) throw thrown;
      failures.push(thrown);
    }
  }
  throwFirst(failures, hosts.length);
}

function now(): number {
  return performance.now();
}

async function* pullFrom(
  { logger }: PullModelDeps,
  { host, model, call }: { host: OllamaHost; model: string; call: RpcCall },
): AsyncGenerator<PullProgress, void> {
  const startedAtMs = performance.now();
  let outcome = 'CANCELLED';
  try {
    yield* host.client.pullModel(model, call);
    outcome = 'success';
  } catch (thrown) {
    if (thrown instanceof OllamaError) outcome = thrown.failure;
    throw thrown;
  } finally {
    host.models.forget();
    const { requestId } = call.context;
    const durationMs = Math.round(performance.now() - startedAtMs);
    logger.info(
      { requestId, traceId: traceIdOf(call.context), host: host.label, model, durationMs, outcome },
      'pull ended',
    );
  }
}

/** One reason is told. Where other servers have the model now, that is told as well: it is installed all the same. */
function throwFirst(failures: readonly OllamaError[], hostCount: number): void {
  const [first] = failures;
  if (first === undefined) return;
  const error = toPullError(first);
  if (failures.length === hostCount) throw error;
  const detail = `${error.detail} ${hostCount - failures.length} of ${hostCount} servers have the model now.`;
  throw new AppError(error.reason, { detail, cause: first });
}
