import { AppError, toAppError } from '@chatbot/errors';
import { type Logger, type RpcCall, traceIdOf } from '@chatbot/service-kit';
import { type ChatMessage, type FittedContext, fitContext } from './context-window.ts';
import type { AiMetrics } from './metrics.ts';
import { toModelOptions, windowTokensOf } from './model-options.ts';
import type { ReplyEnd } from './ollama/chat-chunk.ts';
import type { OllamaChatRequest } from './ollama/client.ts';
import { OllamaError, toCallerError } from './ollama/errors.ts';
import type { ModelTarget, OllamaHost, OllamaHosts } from './ollama/hosts.ts';
import type { ReplyPart } from './ollama/read-reply.ts';
import { getPersona, type Parameters, type PersonaId } from './personas.ts';

export type GenerateDeps = {
  hosts: OllamaHosts;
  metrics: AiMetrics;
  logger: Logger;
  /** Upper limit of a model's window. */
  contextTokensMax: number;
};

export type GenerateInput = {
  readonly generationId: string;
  /** Empty takes the default. */
  readonly model: string;
  readonly persona: PersonaId;
  /** Override the persona's. */
  readonly parameters: Parameters;
  /** The branch, root first; a last message of the assistant is continued. */
  readonly messages: readonly ChatMessage[];
};

export type ReplyEvent =
  | {
      readonly type: 'status';
      readonly state: 'loading' | 'generating';
      readonly model: string;
      readonly droppedMessageCount: number;
    }
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'finished'; readonly model: string; readonly end: ReplyEnd; readonly timings: ReplyTimings };

/** Milliseconds from the request to the model server. */
type ReplyTimings = { readonly firstTokenMs: number; readonly totalMs: number };

/** One request to one server, as it goes. */
type Attempt = {
  readonly target: ModelTarget;
  readonly context: FittedContext;
  readonly startedAtMs: number;
  firstTokenMs: number | undefined;
  end: ReplyEnd | undefined;
};

/**
 * Streams one reply: statuses, texts in order, then one `finished`. Leaving the iteration, or aborting the call, closes the
 * request to the model server. As long as nothing has been yielded of the text, a server that fails is replaced by another.
 * Throws AppError MODEL_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_FAILED, or the reason of the call's signal.
 */
export async function* generate(deps: GenerateDeps, input: GenerateInput, call: RpcCall): AsyncGenerator<ReplyEvent> {
  const excluded = new Set<OllamaHost>();
  const surprised = new Set<OllamaHost>();
  let cause: unknown;
  for (;;) {
    const target = await nextTarget(deps, { input, excluded, cause });
    call.signal.throwIfAborted();
    const attempt = startAttempt(deps, { target, input });
    try {
      yield* observed(deps, { attempt, input, call });
      return;
    } catch (thrown) {
      if (attempt.firstTokenMs !== undefined || !isServerFault(thrown)) throw toCallerError(thrown);
      cause = thrown;
      if (thrown.failure === 'model-missing' && !surprised.has(target.host)) {
        // Removed since the list was read. The server may have another model that will do.
        surprised.add(target.host);
        target.host.models.forget();
      } else {
        excluded.add(target.host);
        deps.hosts.reportFailure(target.host);
      }
    }
  }
}

/** When no server is left, what went wrong at the last one says more than that there is none. */
async function nextTarget(
  deps: GenerateDeps,
  { input, excluded, cause }: { input: GenerateInput; excluded: ReadonlySet<OllamaHost>; cause: unknown },
): Promise<ModelTarget> {
  try {
    return await deps.hosts.choose({ wanted: input.model, excluded });
  } catch (thrown) {
    throw cause === undefined ? thrown : toCallerError(cause);
  }
}

/** Faults that another server need not have; nothing the model said is among them. */
function isServerFault(thrown: unknown): thrown is OllamaError {
  return thrown instanceof OllamaError && ['unreachable', 'busy', 'model-missing'].includes(thrown.failure);
}

function startAttempt(deps: GenerateDeps, { target, input }: { target: ModelTarget; input: GenerateInput }): Attempt {
  const persona = getPersona(input.persona);
  const context = fitContext({
    systemPrompt: persona.systemPrompt,
    messages: input.messages,
    windowTokens: windowTokensOf(target.model, deps.contextTokensMax),
    replyTokensMax: input.parameters.maxTokens ?? persona.parameters.maxTokens,
  });
  return { target, context, startedAtMs: performance.now(), firstTokenMs: undefined, end: undefined };
}

/** Runs an attempt, then measures it and logs one line about it, however it ends. */
async function* observed(
  deps: GenerateDeps,
  { attempt, input, call }: { attempt: Attempt; input: GenerateInput; call: RpcCall },
): AsyncGenerator<ReplyEvent> {
  let failure: unknown;
  try {
    yield* runAttempt(attempt, { deps, input, call });
  } catch (thrown) {
    failure = thrown;
    throw thrown;
  } finally {
    record(deps, { attempt, input, call, failure });
  }
}

async function* runAttempt(
  attempt: Attempt,
  { deps, input, call }: { deps: GenerateDeps; input: GenerateInput; call: RpcCall },
): AsyncGenerator<ReplyEvent> {
  const { host, model } = attempt.target;
  const leaving = new AbortController();
  const signal = AbortSignal.any([call.signal, leaving.signal]);
  const { context } = call;
  // Asked before the chat request is on its way: that one makes the server count the model as loaded.
  const isLoaded = host.client.isLoaded(model.name, {
    context,
    signal: AbortSignal.any([signal, AbortSignal.timeout(loadedTimeoutMs)]),
  });
  const parts = host.client.streamChat(toChatRequest(deps, { attempt, input }), { context, signal });
  try {
    const first = parts.next();
    yield* statusesUntil(first, { isLoaded, attempt });
    for (let step = await first; step.done !== true; step = await parts.next()) {
      yield* toEvents(step.value, { attempt, deps });
    }
  } finally {
    if (attempt.end === undefined) leaving.abort(new AppError('CANCELLED'));
    await parts.return();
  }
}

const loadedTimeoutMs = 1_000;

/**
 * What is known before the first text. The question whether the model is loaded runs beside the request and never holds it up:
 * when the text is there first, the reply is simply being generated.
 */
async function* statusesUntil(
  first: Promise<unknown>,
  { isLoaded, attempt }: { isLoaded: Promise<boolean>; attempt: Attempt },
): AsyncGenerator<ReplyEvent> {
  const arrived = first.then(() => true);
  const status = { type: 'status', ...aboutContext(attempt) } as const;
  const loaded = await Promise.race([arrived, isLoaded.catch(() => arrived)]);
  if (!loaded) yield { ...status, state: 'loading' };
  if (!loaded) await first;
  yield { ...status, state: 'generating' };
}

function aboutContext({ target, context }: Attempt) {
  return { model: target.model.name, droppedMessageCount: context.droppedMessageCount };
}

function* toEvents(
  part: ReplyPart,
  { attempt, deps }: { attempt: Attempt; deps: GenerateDeps },
): Generator<ReplyEvent> {
  const model = attempt.target.model.name;
  const elapsedMs = performance.now() - attempt.startedAtMs;
  if (attempt.firstTokenMs === undefined) {
    attempt.firstTokenMs = elapsedMs;
    deps.metrics.observeFirstChunk(model, elapsedMs);
  }
  if (part.text !== '') yield { type: 'delta', text: part.text };
  if (part.end === undefined) return;
  attempt.end = part.end;
  yield {
    type: 'finished',
    model,
    end: part.end,
    timings: { firstTokenMs: attempt.firstTokenMs, totalMs: performance.now() - attempt.startedAtMs },
  };
}

function toChatRequest(
  deps: GenerateDeps,
  { attempt, input }: { attempt: Attempt; input: GenerateInput },
): OllamaChatRequest {
  const { model } = attempt.target;
  const parameters = { ...getPersona(input.persona).parameters, ...withoutAbsent(input.parameters) };
  return {
    model: model.name,
    messages: attempt.context.messages,
    options: toModelOptions(parameters, windowTokensOf(model, deps.contextTokensMax)),
  };
}

function withoutAbsent(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

function record(
  deps: GenerateDeps,
  { attempt, input, call, failure }: { attempt: Attempt; input: GenerateInput; call: RpcCall; failure: unknown },
): void {
  const { target, context, end, firstTokenMs } = attempt;
  const durationMs = performance.now() - attempt.startedAtMs;
  const errorType = end === undefined ? reasonOf(failure, call) : undefined;
  deps.metrics.observeOperation({
    model: target.model.name,
    durationMs,
    ...(errorType === undefined ? {} : { errorType }),
    ...(end === undefined ? {} : { usage: end }),
  });
  deps.logger.info(
    {
      requestId: call.context.requestId,
      traceId: traceIdOf(call.context),
      generationId: input.generationId,
      persona: input.persona,
      ...aboutContext(attempt),
      host: target.host.label,
      messageCount: context.messages.length,
      promptTokens: end?.promptTokens,
      completionTokens: end?.completionTokens,
      firstTokenMs: rounded(firstTokenMs),
      durationMs: rounded(durationMs),
      outcome: errorType ?? end?.reason,
      ...(failure instanceof OllamaError ? { failure: failure.failure } : {}),
    },
    'model request ended',
  );
}

/** A caller that only stops reading has cancelled too. */
function reasonOf(failure: unknown, call: RpcCall): string {
  if (call.signal.aborted || failure === undefined) return 'CANCELLED';
  return toAppError(toCallerError(failure)).reason;
}

function rounded(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : Math.round(durationMs * 10) / 10;
}
