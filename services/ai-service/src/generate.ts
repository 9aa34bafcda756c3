import { AppError } from '@chatbot/errors';
import type { RpcCall } from '@chatbot/service-kit';
import { type Attempt, type AttemptDeps, aboutContext, cutShortEvent, runAttempt, startAttempt } from './attempt.ts';
import type { Entry } from './ollama/hosts.ts';
import { positionsOf } from './place-wait.ts';
import { type GenerateInput, type Reply, type ReplyEvent, startReply } from './reply.ts';
import { nextEntry, type Route, type RouteDeps, reroute, startRoute } from './route.ts';

export type GenerateDeps = AttemptDeps & RouteDeps;

/** How a reply is asked for: aborting the call leaves it, aborting `stop` ends it. */
export type GenerateCall = RpcCall & { readonly stop: AbortSignal };

/**
 * Streams one reply, see replyTo. When `stop` aborts, it ends with a `finished` that says what was used, once the queue is left or the
 * connection to the model server is closed. A failure in the middle of the text says so too, before it is thrown.
 */
export async function* generate(
  deps: GenerateDeps,
  input: GenerateInput,
  { stop, ...call }: GenerateCall,
): AsyncGenerator<ReplyEvent> {
  const reply = startReply(input);
  const route = startRoute(deps);
  const signal = AbortSignal.any([call.signal, stop]);
  try {
    yield* replyTo(deps, { reply, route, call: { ...call, signal } });
  } catch (thrown) {
    if (call.signal.aborted) throw thrown;
    if (!stop.aborted && reply.text === '') throw thrown;
    const { attempt, begunBy = '' } = route;
    yield cutShortEvent({ reply, attempt, model: begunBy, reason: stop.aborted ? 'stopped' : 'failed' });
    if (!stop.aborted) throw thrown;
  }
}

/**
 * Streams one reply: statuses, texts in order, then one `finished`. Leaving the iteration, or aborting the call, leaves the queue
 * or closes the request to the model server. A server that fails is replaced by another: as long as nothing of the text has been
 * yielded, by any; after that, at most twice, by one that has the same model and continues the text. When there is no other, one that
 * is away is waited for, see nextEntry.
 * Throws AppError MODEL_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_FAILED, RATE_LIMITED (the queue is full), or the reason of the call's
 * signal.
 */
async function* replyTo(
  deps: GenerateDeps,
  { reply, route, call }: { reply: Reply; route: Route; call: RpcCall },
): AsyncGenerator<ReplyEvent> {
  for (;;) {
    const entry = await nextEntry(deps, { reply, route, signal: call.signal });
    using place = entry.place;
    call.signal.throwIfAborted();
    const attempt = startAttempt(deps, { target: entry, reply });
    yield* untilPlaced(deps, { entry, attempt, reply, call });
    if (place.state === 'displaced') continue;
    if (place.state !== 'running') throw queueFull();
    route.rank = 'resumed';
    if (route.begunBy !== undefined) logContinuation(deps, { entry, reply, route });
    route.attempt = attempt;
    try {
      yield* runAttempt(deps, { attempt, reply, call });
      deps.hosts.reportSuccess(entry.host);
      return;
    } catch (thrown) {
      reroute(deps, { route, reply, attempt, thrown });
    }
  }
}

/** Says the position while there is one. A wait in the middle of the text is not told: statuses come before it. */
async function* untilPlaced(
  deps: GenerateDeps,
  { entry, attempt, reply, call }: { entry: Entry; attempt: Attempt; reply: Reply; call: RpcCall },
): AsyncGenerator<ReplyEvent> {
  const { place, host } = entry;
  let waitedMs = 0;
  if (place.state === 'waiting') {
    const enteredAtMs = performance.now();
    try {
      for await (const position of positionsOf(place, call.signal)) {
        if (reply.text === '') yield { type: 'status', state: 'queued', position, ...aboutContext(attempt) };
      }
    } finally {
      waitedMs = performance.now() - enteredAtMs;
      reply.queuedMs += waitedMs;
    }
  }
  if (place.state === 'running') deps.metrics.observeQueueWait(host.label, waitedMs);
}

/** A guess: a place in the queue comes free whenever a reply ends. */
const queueFullRetryAfterMs = 5_000;

function queueFull(): AppError {
  return new AppError('RATE_LIMITED', {
    detail: 'The model server is busy: too many replies are waiting for it. Try again in a few seconds.',
    retryAfterMs: queueFullRetryAfterMs,
  });
}

function logContinuation(
  { logger }: GenerateDeps,
  { entry, reply, route }: { entry: Entry; reply: Reply; route: Route },
): void {
  const { generationId } = reply.input;
  const { continuationCount, cause } = route;
  logger.warn(
    { generationId, host: entry.host.label, continuationCount, failure: cause?.failure },
    'reply continued after a failure of its model server',
  );
}
