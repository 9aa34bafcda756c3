import { AppError, toAppError } from '@chatbot/errors';
import { type Logger, type RpcCall, type Span, type Tracing, traceIdOf } from '@chatbot/service-kit';
import { severalAuthorsRule } from './authors.ts';
import { type FittedContext, fitContext } from './context-window.ts';
import type { AiMetrics } from './metrics.ts';
import { toModelOptions, windowTokensOf } from './model-options.ts';
import { modelOutcome, modelSpan } from './model-span.ts';
import type { ReplyEnd } from './ollama/chat-chunk.ts';
import type { OllamaChatRequest } from './ollama/client.ts';
import { OllamaError, toCallerError } from './ollama/errors.ts';
import type { ModelTarget } from './ollama/hosts.ts';
import type { ReplyPart } from './ollama/read-reply.ts';
import { getPersona, type Parameters } from './personas.ts';
import { messagesSoFar, type Reply, type ReplyEvent, usageOf } from './reply.ts';

export type AttemptDeps = {
  metrics: AiMetrics;
  tracing: Tracing;
  logger: Logger;
  /** Upper limit of a model's window. */
  contextTokensMax: number;
};

/** One request to one server, as it goes. */
export type Attempt = {
  readonly target: ModelTarget;
  readonly context: FittedContext;
  /** When it was sent. */
  startedAtMs: number;
  firstTokenMs: number | undefined;
  /** How many pieces have come. */
  chunkCount: number;
  /** Whether it was given up because the server said nothing for a long time, to this request and to others. */
  fellSilent: boolean;
  end: ReplyEnd | undefined;
};

type Running = { readonly attempt: Attempt; readonly reply: Reply; readonly call: RpcCall };

function systemPromptOf({ persona, customPersona, severalAuthors }: Reply['input']): string {
  const systemPrompt = customPersona?.prompt ?? getPersona(persona).systemPrompt;
  return severalAuthors ? `${systemPrompt}${severalAuthorsRule}` : systemPrompt;
}

/** Prepares a request for what is still to be written of the reply. */
export function startAttempt(deps: AttemptDeps, { target, reply }: { target: ModelTarget; reply: Reply }): Attempt {
  const context = fitContext({
    systemPrompt: systemPromptOf(reply.input),
    messages: messagesSoFar(reply),
    windowTokens: windowTokensOf(target.model, deps.contextTokensMax),
    replyTokensMax: parametersOf(reply).maxTokens,
  });
  return {
    target,
    context,
    startedAtMs: performance.now(),
    firstTokenMs: undefined,
    chunkCount: 0,
    fellSilent: false,
    end: undefined,
  };
}

/**
 * Sends the request, yields what comes of it and adds the text to the reply; then measures and traces it and logs one line about it, however
 * it ends. Throws OllamaError, or the reason of the call's signal.
 */
export async function* runAttempt(deps: AttemptDeps, { attempt, reply, call }: Running): AsyncGenerator<ReplyEvent> {
  let failure: unknown;
  attempt.startedAtMs = performance.now();
  const { temperature, maxTokens } = parametersOf(reply);
  const { target } = attempt;
  const { generationId } = reply.input;
  const span = deps.tracing.begin(
    call.context,
    modelSpan({ target, streams: true, temperature, maxTokens, generationId }),
  );
  const running = { attempt, reply, call: { ...call, context: span.context } };
  try {
    yield* events(deps, running);
  } catch (thrown) {
    failure = thrown;
    throw thrown;
  } finally {
    record(deps, { ...running, failure, span });
  }
}

/** What a status says of the request. */
export function aboutContext({ target, context }: Attempt) {
  return { model: target.model.name, droppedMessageCount: context.droppedMessageCount };
}

async function* events(deps: AttemptDeps, running: Running): AsyncGenerator<ReplyEvent> {
  const { attempt, reply, call } = running;
  const { host, model } = attempt.target;
  const leaving = new AbortController();
  const signal = AbortSignal.any([call.signal, leaving.signal]);
  const { context } = call;
  const askIfLoaded = () =>
    host.loaded.isLoaded(model.name, {
      context,
      signal: AbortSignal.any([signal, AbortSignal.timeout(loadedTimeoutMs)]),
    });
  // Asked before the chat request is on its way: that one makes the server count the model as loaded. Not asked for a reply that
  // is continued, because statuses come before the text.
  const isLoaded = reply.text === '' ? askIfLoaded() : undefined;
  const parts = host.client.streamChat(toChatRequest(deps, running), { context, signal });
  using watched = host.silence.follow(() => {
    attempt.fellSilent = true;
    leaving.abort(new OllamaError(reply.text === '' ? 'unreachable' : 'cut-off'));
  });
  try {
    const first = parts.next();
    if (isLoaded !== undefined) yield* statusesUntil(first, { isLoaded, attempt });
    for (let step = await first; step.done !== true; step = await parts.next()) {
      watched.heard();
      // Not yield*, which takes several turns of the microtask queue more for each.
      for (const event of toEvents(step.value, { running, deps })) yield event;
    }
  } finally {
    if (attempt.end === undefined) leaving.abort(new AppError('CANCELLED'));
    await parts.return();
  }
}

const loadedTimeoutMs = 1_000;

/**
 * What is known before the model makes its first token. The question whether the model is loaded runs beside the request and never
 * holds it up: when the token is there first, the reply is simply being generated.
 */
async function* statusesUntil(
  first: Promise<unknown>,
  { isLoaded, attempt }: { isLoaded: Promise<boolean>; attempt: Attempt },
): AsyncGenerator<ReplyEvent> {
  const arrived = first.then(() => true);
  const status = { type: 'status', position: 0, ...aboutContext(attempt) } as const;
  const loaded = await Promise.race([arrived, isLoaded.catch(() => arrived)]);
  if (!loaded) yield { ...status, state: 'loading' };
  if (!loaded) await first;
  yield { ...status, state: 'generating' };
}

function* toEvents(
  part: ReplyPart,
  { running: { attempt, reply }, deps }: { running: Running; deps: AttemptDeps },
): Generator<ReplyEvent> {
  attempt.chunkCount += part.chunkCount;
  if (part.text !== '' || part.end !== undefined) noteFirstText(deps, { attempt, reply });
  if (part.text !== '') {
    reply.text += part.text;
    yield { type: 'delta', text: part.text };
  }
  if (part.end === undefined) return;
  attempt.end = part.end;
  yield finishedEvent({ attempt, reply, end: part.end });
}

/** A reply without any text has its first one at its end. */
function noteFirstText(deps: AttemptDeps, { attempt, reply }: { attempt: Attempt; reply: Reply }): void {
  if (attempt.firstTokenMs !== undefined) return;
  const nowMs = performance.now();
  attempt.firstTokenMs = nowMs - attempt.startedAtMs;
  reply.begun ??= { requestedAtMs: attempt.startedAtMs, firstTextAtMs: nowMs };
  attempt.target.host.loaded.note(attempt.target.model.name);
  deps.metrics.observeFirstChunk(attempt.target.model.name, attempt.firstTokenMs);
}

/** What a reply took that has no end of its own. The model server tells its counts only with that: each piece stands for a token. */
export function cutShortEvent({
  reply,
  attempt,
  model,
  reason,
}: {
  reply: Reply;
  attempt: Attempt | undefined;
  /** What answered before, when no request is on its way. */
  model: string;
  reason: 'stopped' | 'failed';
}): ReplyEvent {
  const { queuedMs, begun, chunkCountBefore } = reply;
  const requestedAtMs = begun?.requestedAtMs ?? attempt?.startedAtMs;
  return {
    type: 'finished',
    model: attempt?.target.model.name ?? model,
    reason,
    usage: { promptTokens: 0, completionTokens: chunkCountBefore + (attempt?.chunkCount ?? 0) },
    timings: {
      queuedMs,
      loadMs: 0,
      firstTokenMs: begun === undefined ? 0 : begun.firstTextAtMs - begun.requestedAtMs,
      totalMs: requestedAtMs === undefined ? 0 : performance.now() - requestedAtMs,
    },
  };
}

function finishedEvent({ attempt, reply, end }: { attempt: Attempt; reply: Reply; end: ReplyEnd }): ReplyEvent {
  const { requestedAtMs, firstTextAtMs } = reply.begun ?? {
    requestedAtMs: attempt.startedAtMs,
    firstTextAtMs: attempt.startedAtMs,
  };
  return {
    type: 'finished',
    model: attempt.target.model.name,
    reason: end.reason,
    usage: usageOf(reply, end),
    timings: {
      queuedMs: reply.queuedMs,
      loadMs: end.loadMs,
      firstTokenMs: firstTextAtMs - requestedAtMs,
      totalMs: performance.now() - requestedAtMs,
    },
  };
}

function toChatRequest(deps: AttemptDeps, { attempt, reply }: Running): OllamaChatRequest {
  const { model } = attempt.target;
  return {
    model: model.name,
    messages: attempt.context.messages,
    options: toModelOptions(parametersOf(reply), windowTokensOf(model, deps.contextTokensMax)),
  };
}

/**
 * The persona's parameters with those of the request over them, which chat-service has laid over those of the conversation: docs/adr/0041. What is
 * written already comes off the limit.
 */
function parametersOf({ input, chunkCountBefore }: Reply): Parameters & { readonly maxTokens: number } {
  const { persona, customPersona } = input;
  const own = withoutAbsent(customPersona?.parameters ?? {});
  const builtIn = getPersona(customPersona === undefined ? persona : 'assistant').parameters;
  const tokensMax = input.parameters.maxTokens ?? own.maxTokens ?? builtIn.maxTokens;
  return {
    ...builtIn,
    ...own,
    ...withoutAbsent(input.parameters),
    maxTokens: Math.max(1, tokensMax - chunkCountBefore),
  };
}

function withoutAbsent(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

function record(
  deps: AttemptDeps,
  { attempt, reply, call, failure, span }: Running & { failure: unknown; span: Span },
): void {
  const { target, context, end, firstTokenMs } = attempt;
  const durationMs = performance.now() - attempt.startedAtMs;
  const errorType = end === undefined ? reasonOf(failure, call) : undefined;
  // Only the end has counts. Until then each piece stands for a token.
  const usage = end ?? { completionTokens: attempt.chunkCount };
  span.end(modelOutcome({ ...usage, errorType, finishReason: end?.reason, firstChunkMs: firstTokenMs }));
  deps.metrics.observeOperation({
    model: target.model.name,
    durationMs,
    ...(errorType === undefined ? {} : { errorType }),
    ...(usage.completionTokens === 0 && end === undefined ? {} : { usage }),
  });
  deps.logger.info(
    {
      requestId: call.context.requestId,
      traceId: traceIdOf(call.context),
      generationId: reply.input.generationId,
      persona: reply.input.customPersona === undefined ? reply.input.persona : 'custom',
      ...aboutContext(attempt),
      host: target.host.label,
      messageCount: context.messages.length,
      promptTokens: end?.promptTokens,
      completionTokens: usage.completionTokens,
      tokensEstimated: end === undefined,
      queuedMs: rounded(reply.queuedMs),
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
