import { AppError } from '@chatbot/errors';
import type { RpcCall } from '@chatbot/service-kit';
import { type Attempt, type AttemptDeps, aboutContext, cutShortEvent, runAttempt, startAttempt } from './attempt.ts';
import type { Rank } from './fair-queue.ts';
import { OllamaError, toCallerError } from './ollama/errors.ts';
import type { Entry, OllamaHost, OllamaHosts } from './ollama/hosts.ts';
import { positionsOf } from './place-wait.ts';
import { type GenerateInput, type Reply, type ReplyEvent, startReply } from './reply.ts';

export type GenerateDeps = AttemptDeps & { hosts: OllamaHosts };

/** What the requests so far say about the next one. */
type Route = {
  /** Servers that failed it. */
  excluded: Set<OllamaHost>;
  /** Servers whose list of models turned out to be old. */
  readonly surprised: Set<OllamaHost>;
  rank: Rank;
  /** The model that has begun the text, which no other one continues. */
  begunBy: string | undefined;
  continuationCount: number;
  cause: OllamaError | undefined;
  /** The latest request, once it was on its way; none while the next one is looked for. */
  attempt: Attempt | undefined;
};

/** How a reply is asked for: aborting the call leaves it, aborting `stop` ends it. */
export type GenerateCall = RpcCall & { readonly stop: AbortSignal };

/** How often a reply that was begun is continued on another server. */
const continuationsMax = 2;

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
  const route = startRoute();
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
 * yielded, by any; after that, at most twice, by one that has the same model and continues the text.
 * Throws AppError MODEL_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_FAILED, RATE_LIMITED (the queue is full), or the reason of the call's
 * signal.
 */
async function* replyTo(
  deps: GenerateDeps,
  { reply, route, call }: { reply: Reply; route: Route; call: RpcCall },
): AsyncGenerator<ReplyEvent> {
  for (;;) {
    const entry = await nextEntry(deps, { reply, route });
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
      reroute(route, { thrown, attempt, reply, deps });
    }
  }
}

function startRoute(): Route {
  return {
    excluded: new Set(),
    surprised: new Set(),
    rank: 'turn',
    begunBy: undefined,
    continuationCount: 0,
    cause: undefined,
    attempt: undefined,
  };
}

/** When no server is left, what went wrong at the last one says more than that there is none. */
async function nextEntry(deps: GenerateDeps, { reply, route }: { reply: Reply; route: Route }): Promise<Entry> {
  const { excluded, rank, begunBy, cause } = route;
  try {
    return await deps.hosts.enter({
      wanted: begunBy ?? reply.input.model,
      substitute: begunBy === undefined ? 'any-chat-model' : 'none',
      excluded,
      fairnessKey: reply.input.fairnessKey,
      rank,
    });
  } catch (thrown) {
    throw cause === undefined ? thrown : toCallerError(cause);
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

/** Prepares the next request after one that failed. Throws what the caller is told when there shall be none. */
function reroute(
  route: Route,
  { thrown, attempt, reply, deps }: { thrown: unknown; attempt: Attempt; reply: Reply; deps: GenerateDeps },
): void {
  const { host, model } = attempt.target;
  if (!isServerFault(thrown)) throw toCallerError(thrown);
  deps.hosts.reportFailure(host, thrown);
  route.cause = thrown;
  if (reply.text !== '') {
    if (route.continuationCount === continuationsMax) throw toCallerError(thrown);
    route.continuationCount += 1;
    route.begunBy = model.name;
    // One that failed this reply before may be back by now.
    route.excluded = new Set([host]);
    reply.chunkCountBefore += attempt.chunkCount;
    route.attempt = undefined;
  } else if (thrown.failure === 'model-missing' && !route.surprised.has(host)) {
    // Removed since the list was read. The server may have another model that will do.
    route.surprised.add(host);
  } else {
    route.excluded.add(host);
  }
}

function logContinuation(
  { logger }: GenerateDeps,
  { entry, reply, route }: { entry: Entry; reply: Reply; route: Route },
): void {
  const { generationId } = reply.input;
  const { continuationCount, cause } = route;
  logger.warn(
    { generationId, host: entry.host.label, continuationCount, failure: cause?.failure },
    'reply continued on another model server',
  );
}

/** Faults that another server need not have. A reply without an end would have none there, either. */
function isServerFault(thrown: unknown): thrown is OllamaError {
  return thrown instanceof OllamaError && thrown.failure !== 'too-long';
}
