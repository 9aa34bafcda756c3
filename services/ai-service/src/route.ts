import type { Attempt } from './attempt.ts';
import type { Rank } from './fair-queue.ts';
import { isAbsence, OllamaError, toCallerError } from './ollama/errors.ts';
import type { Entry, OllamaHost, OllamaHosts } from './ollama/hosts.ts';
import type { Reply } from './reply.ts';

/** What the requests of a reply so far say about the next one. */
export type Route = {
  /** Servers that failed it. */
  readonly excluded: Set<OllamaHost>;
  /** Servers whose list of models turned out to be old. */
  readonly surprised: Set<OllamaHost>;
  rank: Rank;
  /** The model that has begun the text, which no other one continues. */
  begunBy: string | undefined;
  continuationCount: number;
  cause: OllamaError | undefined;
  /** Whether a server that is away is worth waiting for. */
  waits: boolean;
  /** For how long. */
  patienceMs: number;
  /** The latest request, once it was on its way; none while the next one is looked for. */
  attempt: Attempt | undefined;
};

export type RouteDeps = {
  hosts: OllamaHosts;
  /** How long a reply waits in a row, without a new text, for servers that are away. */
  returnTimeoutMs: number;
};

/** How often a reply that was begun is continued by another request. */
const continuationsMax = 2;

export function startRoute({ returnTimeoutMs }: RouteDeps): Route {
  return {
    excluded: new Set(),
    surprised: new Set(),
    rank: 'turn',
    begunBy: undefined,
    continuationCount: 0,
    cause: undefined,
    waits: true,
    patienceMs: returnTimeoutMs,
    attempt: undefined,
  };
}

/**
 * Enters the queue of the next server. When none is left, one that is away is waited for: whoever restarts a server has it back in a few
 * seconds. Throws what the caller is told: what went wrong at the last server says more than that there is no other.
 */
export async function nextEntry(
  { hosts }: RouteDeps,
  { reply, route, signal }: { reply: Reply; route: Route; signal: AbortSignal },
): Promise<Entry> {
  const { excluded, rank, begunBy, cause } = route;
  const giveUpAtMs = performance.now() + route.patienceMs;
  const leftMs = () => Math.max(0, Math.round(giveUpAtMs - performance.now()));
  for (;;) {
    try {
      return await hosts.enter({
        wanted: begunBy ?? reply.input.model,
        substitute: begunBy === undefined ? 'any-chat-model' : 'none',
        excluded,
        fairnessKey: reply.input.fairnessKey,
        rank,
      });
    } catch (thrown) {
      const waiting = () => AbortSignal.any([signal, AbortSignal.timeout(leftMs())]);
      const returned = route.waits ? await hosts.nextReturned(waiting()) : undefined;
      signal.throwIfAborted();
      if (returned === undefined) throw cause === undefined ? thrown : toCallerError(cause);
      excluded.delete(returned);
    } finally {
      route.patienceMs = leftMs();
    }
  }
}

/** Prepares the next request after one that failed. Throws what the caller is told when there shall be none. */
export function reroute(
  { hosts, returnTimeoutMs }: RouteDeps,
  { route, reply, attempt, thrown }: { route: Route; reply: Reply; attempt: Attempt; thrown: unknown },
): void {
  const { host, model } = attempt.target;
  if (!isServerFault(thrown)) throw toCallerError(thrown);
  hosts.reportFailure(host, thrown);
  route.cause = thrown;
  // One that is busy, or has let this request wait in silence, has been waited for.
  route.waits = isAbsence(thrown.failure) && !attempt.fellSilent;
  if (reply.text !== '') {
    if (route.continuationCount === continuationsMax) throw toCallerError(thrown);
    route.continuationCount += 1;
    route.begunBy = model.name;
    // One that failed this reply before may be back by now.
    route.excluded.clear();
    route.excluded.add(host);
    if (attempt.chunkCount > 0) route.patienceMs = returnTimeoutMs;
    reply.chunkCountBefore += attempt.chunkCount;
    route.attempt = undefined;
  } else if (thrown.failure === 'model-missing' && !route.surprised.has(host)) {
    // Removed since the list was read. The server may have another model that will do.
    route.surprised.add(host);
  } else {
    route.excluded.add(host);
  }
}

/** Faults that another server need not have. A reply without an end would have none there, either. */
function isServerFault(thrown: unknown): thrown is OllamaError {
  return thrown instanceof OllamaError && thrown.failure !== 'too-long';
}
