import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type problemSchema, toAppError, toProblem } from '@chatbot/errors';
import type { GenerateRequest } from '@chatbot/proto/chatbot/ai/v1/GenerateRequest';
import type { GenerateResponse__Output } from '@chatbot/proto/chatbot/ai/v1/GenerateResponse';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Logger, RequestContext, RpcDuplex } from '@chatbot/service-kit';
import type { z } from 'zod';
import { type AiClient, timeouts } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import { timingsOf, usageOf } from '../clients/resources/outcome.ts';
import type { EndBody, EndStatus, FrameBody, Timings, Usage } from './frame.ts';
import type { LogWriter } from './log-writer.ts';

/** Why a run is cut short: a person stopped it, this replica hands it over, another one owns it, or Redis knows nothing of it any more. */
export type AbortCause = 'stop' | 'hand-over' | 'lost' | 'gone';

export type Outcome = {
  readonly status: EndStatus;
  readonly model: string;
  readonly usage?: Usage | undefined;
  readonly timings?: Timings | undefined;
  readonly problem?: z.infer<typeof problemSchema> | undefined;
  /** Present when only so many UTF-16 code units of the text are kept. */
  readonly textLength?: number | undefined;
};

export type ReplyStream = RpcDuplex<GenerateRequest, GenerateResponse__Output>;

/** Asks the model. Nothing of the answer counts before a writer that owns the generation has logged it. */
export function openReply(
  ai: AiClient,
  { task, textSoFar, context }: { task: GenerationTask__Output; textSoFar: string; context: RequestContext },
): ReplyStream {
  return ai.duplex('Generate', toRequest(task, textSoFar), { context, timeoutMs: timeouts.generationMs });
}

export type GenerateOptions = {
  ai: AiClient;
  writer: LogWriter;
  task: GenerationTask__Output;
  context: RequestContext;
  /** Aborted with an AbortCause as the reason. */
  signal: AbortSignal;
  /** The request to the model, when it was opened before the claim was there. */
  opened?: ReplyStream | undefined;
  logger: Logger;
  stopConfirmationMs: number;
  /** Hears which model answers. */
  onModel: (model: string) => void;
  /** Hears of every piece of text. */
  onText: () => void;
};

/**
 * An ai-service that dies is asked again, on another instance where there is one. In a row without a new token this takes 6 s at most: long
 * enough for a restart, short enough that nobody waits in vain for more than 10 s.
 */
const retriesMax = 5;
const firstRetryDelayMs = 200;

/** What a reply took so far. */
type Spent = Pick<Outcome, 'usage' | 'timings'>;

/**
 * Lets the model write into the log until the reply ends or the signal aborts, continuing from the text that is in the log already.
 * Returns how it ended. Throws when the log could not be written, or when it was cut short for another reason than a stop.
 */
export async function generate(options: GenerateOptions): Promise<Outcome> {
  const { writer, signal, context, logger, task } = options;
  let retries = 0;
  let model = '';
  let spent: Spent = {};
  const heard = {
    model(name: string) {
      model = name;
      options.onModel(name);
    },
    spent(said: Spent) {
      spent = said;
    },
  };
  for (;;) {
    const textBefore = writer.text;
    try {
      const outcome = await stream(options, heard);
      await writer.settled();
      return outcome;
    } catch (thrown) {
      await writer.settled();
      if (signal.aborted) return abortedOutcome(signal, model);
      const error = toAppError(thrown);
      retries = writer.text === textBefore ? retries + 1 : 1;
      if (error.reason !== 'UNAVAILABLE' || retries > retriesMax)
        return { ...failedOutcome({ error, writer, context, model }), ...spent };
      logger.warn({ generationId: task.generation?.id, retries, err: error }, 'ai-service lost, continuing');
      // An abort ends the wait; the next attempt then ends at once.
      await delay(firstRetryDelayMs * 2 ** (retries - 1), undefined, { signal }).catch(() => undefined);
    }
  }
}

async function stream(
  options: GenerateOptions,
  heard: { model: (model: string) => void; spent: (spent: Spent) => void },
): Promise<Outcome> {
  const { ai, writer, task, context, signal } = options;
  const { opened } = options;
  // It serves once; a retry asks anew, from the text so far.
  options.opened = undefined;
  if (opened === undefined) signal.throwIfAborted();
  const events = opened ?? openReply(ai, { task, textSoFar: writer.text, context });
  using _ending = endOnAbort(events, options);
  for await (const event of events) {
    if (event.event === 'finished') {
      const outcome = finishedOutcome(event, signal);
      if (event.finished?.reason !== 'REASON_FAILED') return outcome;
      // The call fails next, and that says why.
      heard.spent({ usage: outcome.usage, timings: outcome.timings });
      continue;
    }
    // The text ends where it was when it was stopped.
    if (signal.aborted) continue;
    const body = toFrameBody(event);
    if (body.type === 'status' && body.model !== undefined) heard.model(body.model);
    if (body.type === 'delta') options.onText();
    writer.push(body);
    // The stream is not read meanwhile; gRPC's flow control carries that back to the model server.
    if (writer.congested) await writer.settled();
  }
  throw new AppError('UNAVAILABLE', { cause: new Error('the stream ended without its last event') });
}

/** A stop is asked for and its confirmation awaited for a while; whatever else aborts cancels the call. */
function endOnAbort(
  events: ReplyStream,
  { signal, stopConfirmationMs }: Pick<GenerateOptions, 'signal' | 'stopConfirmationMs'>,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  function end() {
    if (signal.reason !== 'stop') return events.cancel();
    events.send({ stop: true });
    timer = setTimeout(events.cancel, stopConfirmationMs);
  }
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  return {
    [Symbol.dispose]() {
      signal.removeEventListener('abort', end);
      clearTimeout(timer);
    },
  };
}

/** What a task asks of the model, going on from `textSoFar`. */
export function toRequest(task: GenerationTask__Output, textSoFar: string) {
  const { generation, persona, customPersona, requestedModel, parameters, context, userId } = task;
  // An absent author is left out, not empty: requests are compared by their bytes.
  const messages = context.map(({ role, content, authorName }) =>
    authorName === '' ? { role, content } : { role, content, author: authorName },
  );
  return {
    generationId: present(generation, 'generation').id,
    model: requestedModel,
    persona: customPersona === null ? persona : '',
    customPersona,
    parameters,
    messages: textSoFar === '' ? messages : [...messages, { role: 'assistant', content: textSoFar }],
    fairnessKey: userId,
  };
}

function toFrameBody({ event, delta, status }: GenerateResponse__Output): FrameBody {
  if (event === 'delta') return { type: 'delta', text: present(delta, 'delta').text };
  const { state, position, model, droppedMessageCount } = present(status, 'status');
  return {
    type: 'status',
    status: state === 'STATE_QUEUED' ? 'queued' : state === 'STATE_LOADING' ? 'loading' : 'generating',
    ...(position > 0 ? { position } : {}),
    ...(model === '' ? {} : { model }),
    ...(droppedMessageCount > 0 ? { droppedMessageCount } : {}),
  };
}

/** One that ended by itself while it was being stopped is a stopped one: text that came meanwhile was left out. */
function finishedOutcome({ finished }: GenerateResponse__Output, signal: AbortSignal): Outcome {
  const { model, usage, timings } = present(finished, 'finished');
  return { status: signal.aborted ? 'stopped' : 'completed', model, ...usageOf(usage), ...timingsOf(timings) };
}

function abortedOutcome(signal: AbortSignal, model: string): Outcome {
  if (signal.reason === 'stop') return { status: 'stopped', model };
  throw new Error(`cut short: ${String(signal.reason)}`);
}

function failedOutcome({
  error,
  writer,
  context,
  model,
}: {
  error: AppError;
  writer: LogWriter;
  context: RequestContext;
  model: string;
}): Outcome {
  return { status: writer.text === '' ? 'failed' : 'interrupted', model, problem: toProblem(error, context.requestId) };
}

/** The end frame of an outcome. */
export function endBodyOf(
  { status, model, usage, timings, problem, textLength }: Outcome,
  messageId: string,
): { type: 'end' } & EndBody {
  return {
    type: 'end',
    status,
    messageId,
    ...(model === '' ? {} : { model }),
    ...(usage === undefined ? {} : { usage }),
    ...(timings === undefined ? {} : { timings }),
    ...(problem === undefined ? {} : { problem }),
    ...(textLength === undefined ? {} : { textLength }),
  };
}
