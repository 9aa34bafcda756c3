import { AppError, toProblem } from '@chatbot/errors';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Logger, LoopPressure, RequestContext } from '@chatbot/service-kit';
import type { AiClient, ChatClient } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import { type Generation, toGeneration } from '../clients/resources/generation.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { CompletionRecorder } from './completion.ts';
import type { EndBody } from './frame.ts';
import type { Claim, GenerationLog, StopRequest } from './log.ts';
import { createLogWriter, type LogWriter, OwnershipLostError } from './log-writer.ts';
import { type Past, rebuildFromLog } from './rebuild.ts';
import { type AbortCause, endBodyOf, generate, type Outcome, type ReplyStream } from './run.ts';
import { hasEnded, storedEndBody } from './stored-end.ts';

export type RunDeps = {
  log: GenerationLog;
  chat: ChatClient;
  ai: AiClient;
  completions: CompletionRecorder;
  logger: Logger;
  metrics: GatewayMetrics;
  pressure: Pick<LoopPressure, 'windowMs'>;
  /** How long ai-service may take to close the request of a stopped reply and to say what was used; then the call is cancelled. */
  stopConfirmationMs: number;
};

/** A generation that this replica owns. */
export type OwnedRun = {
  readonly generationId: string;
  readonly fence: number;
  /** Ends the run as its user wishes. Only the first wish counts. */
  stop(request: StopRequest): void;
  /** Cuts the run short without an end: another owner goes on, or has gone on already. */
  abort(cause: Exclude<AbortCause, 'stop'>): void;
  /** Whether the lease is to be kept: not any more once the end is stored. */
  readonly needsLease: boolean;
  /** Stores the text so far in chat-service, if it has grown since the last time. */
  checkpoint(): Promise<void>;
  /** Resolves when the run has ended or was given up. Never rejects. */
  readonly done: Promise<void>;
};

export type OwnedRunOptions = {
  task: GenerationTask__Output;
  claim: Claim;
  context: RequestContext;
  /** The request to the model, opened before the claim was there; begins with the text of the task. */
  opened?: ReplyStream | undefined;
  /** Whether nobody can have run it before. */
  isFirstRun: boolean;
};

/**
 * Runs a claimed generation to its end: from the first token, or on from what a former owner left in the log. What the log holds is never
 * written again, and nothing is written once the ownership is lost.
 */
export function startOwnedRun(deps: RunDeps, options: OwnedRunOptions): OwnedRun {
  const { task, claim, context, opened } = options;
  const { log, chat, logger, metrics, pressure } = deps;
  const record = present(task.generation, 'generation');
  const { id: generationId, messageId } = record;
  const controller = new AbortController();
  let stopRequest: StopRequest | undefined;
  let writer: LogWriter | undefined;
  let model = '';
  let checkpointedSeq = 0;
  let needsLease = true;
  const startedAtMs = performance.now();
  let awaitsFirstText = record.seq === 0 && record.content === '';

  function stop(request: StopRequest) {
    if (!controller.signal.aborted) stopRequest = request;
    controller.abort('stop' satisfies AbortCause);
  }

  async function run() {
    const past = await rebuildFromLog(log, generationId, claim.lastSeq);
    if (past.lastSeq > 0) {
      opened?.cancel();
      awaitsFirstText = false;
    }
    if (past.end !== undefined) return finish(past.end, past);
    const generation = toGeneration(record);
    if (hasEnded(generation)) return closeLog(storedEndBody(generation), past);
    const isLogLost = !past.isWhole || (past.lastSeq === 0 && !options.isFirstRun && (await hadLog(generation)));
    const start = isLogLost ? afterLostLog(record) : past;
    writer = createLogWriter({ log, generationId, fence: claim.fence, pressure, context, ...start });
    checkpointedSeq = start.lastSeq;
    if (claim.stop !== undefined) stop(claim.stop);
    // A continued reply begins with the text that it continues.
    if (start.lastSeq === 0 && record.content !== '') writer.push({ type: 'delta', text: record.content });
    // What is asked of the model anew goes on from what is logged.
    if (opened === undefined) await writer.settled();
    const outcome = isLogLost ? lostLogOutcome(context) : await runModel(writer);
    const { textLength } = await cut(outcome, writer);
    const end = endBodyOf({ ...outcome, textLength }, messageId);
    // The stored message first, so that who sees the end can read it; the log goes on to be the proof if the storing fails.
    const stored = await complete(end, { lastSeq: writer.seq + 1, text: writer.text });
    writer.push(end);
    await writer.settled();
    if (stored) await forget();
    metrics.generationTotal.inc({ status: outcome.status });
    metrics.generationDuration.observe({ status: outcome.status }, secondsSinceStart());
  }

  function runModel(target: LogWriter): Promise<Outcome> {
    const onModel = (name: string) => {
      model = name;
    };
    const onText = () => {
      if (awaitsFirstText) metrics.generationFirstText.observe(secondsSinceStart());
      awaitsFirstText = false;
    };
    const { signal } = controller;
    // What was opened began with the text of the task; a log that was found goes further.
    const first = target.seq === 0 ? opened : undefined;
    const { ai, stopConfirmationMs } = deps;
    const hooks = { onModel, onText };
    return generate({ ai, writer: target, task, context, signal, logger, ...hooks, opened: first, stopConfirmationMs });
  }

  function secondsSinceStart(): number {
    return (performance.now() - startedAtMs) / 1000;
  }

  /** Whether there may have been a log that is no more: some of its text was stored, or Redis was lost since the generation was made. */
  async function hadLog({ seq, createdAt }: Generation): Promise<boolean> {
    return seq > 0 || !(await log.remembersSince(Date.parse(createdAt)));
  }

  async function forget() {
    needsLease = false;
    await log.forget(generationId);
  }

  /** How much of the text is kept: all of it, or what the person had seen who stopped it. */
  async function cut({ status }: Outcome, { seq }: LogWriter): Promise<{ textLength?: number }> {
    const seenSeq = stopRequest?.renderedSeq ?? seq;
    if (status !== 'stopped' || seenSeq >= seq) return {};
    const { text } = await rebuildFromLog(log, generationId, seenSeq);
    return { textLength: text.length };
  }

  /** A former owner has logged the end and could not store it. Of a log with a hole, only what was stored before is whole. */
  async function finish(end: EndBody, { lastSeq, text, isWhole }: Past) {
    if (await complete(end, { lastSeq, text: isWhole ? text : record.content })) await forget();
  }

  /** A former owner has stored the end and could not log it: nothing may follow what was stored. */
  async function closeLog(end: { type: 'end' } & EndBody, { lastSeq, text }: Past) {
    const { content } = record;
    const isFrozen = text.startsWith(content);
    const closing = createLogWriter({ log, generationId, fence: claim.fence, lastSeq, text, pressure });
    if (lastSeq > 0) closing.push({ ...end, ...(isFrozen ? { textLength: content.length } : { content }) });
    await closing.settled();
    await forget();
  }

  function complete(end: EndBody, { lastSeq, text }: Pick<Past, 'lastSeq' | 'text'>): Promise<boolean> {
    const content = text.slice(0, end.textLength);
    const outcome = { ...end, model: end.model ?? '' };
    return deps.completions.record({ task, outcome, content, seq: lastSeq, fence: claim.fence, context });
  }

  async function checkpoint() {
    if (writer === undefined || writer.seq === checkpointedSeq || controller.signal.aborted) return;
    const { seq, text } = writer;
    checkpointedSeq = seq;
    await chat.unary(
      'CheckpointGeneration',
      { generationId, fence: claim.fence, seq, content: text, model },
      { context, timeoutMs: 2_000 },
    );
  }

  /** Redis has forgotten the log, and this replica still has its text: it ends with all that anyone has seen. */
  async function endWithoutLog({ seq, text }: LogWriter) {
    logger.warn({ generationId, requestId: context.requestId }, 'log lost, generation interrupted');
    const end = endBodyOf({ ...lostLogOutcome(context), model }, messageId);
    if (await complete(end, { lastSeq: seq + 1, text })) metrics.generationTotal.inc({ status: end.status });
  }

  async function settle(error: unknown) {
    const loss = lossOf(error, controller.signal);
    if (loss === 'gone' && writer !== undefined) return endWithoutLog(writer);
    if (loss !== undefined) {
      logger.warn({ generationId, requestId: context.requestId, err: error }, 'generation lost to another owner');
      return;
    }
    if (controller.signal.reason !== 'hand-over') {
      logger.error(
        { generationId, requestId: context.requestId, err: error },
        'generation given up, will be taken over',
      );
      await checkpoint().catch((cause: unknown) => logger.warn({ generationId, err: cause }, 'checkpoint failed'));
    }
    await log.release(generationId, claim.fence);
  }

  metrics.generationActive.inc();
  const done = run()
    .catch(settle)
    .catch((error: unknown) => logger.error({ generationId, err: error }, 'generation could not be released'))
    .finally(() => metrics.generationActive.dec());
  return {
    generationId,
    fence: claim.fence,
    stop,
    abort: (cause) => controller.abort(cause),
    get needsLease() {
      return needsLease;
    },
    checkpoint,
    done,
  };
}

/** How the ownership was lost, when that is what ended a run: to another owner, or because Redis knows nothing of it any more. */
function lossOf(error: unknown, { reason }: AbortSignal): 'lost' | 'gone' | undefined {
  if (reason === 'lost' || reason === 'gone') return reason;
  if (error instanceof OwnershipLostError) return error.ownership;
  return error instanceof AppError && error.reason === 'GENERATION_FENCED' ? 'lost' : undefined;
}

/** More frames than Redis can have lost since the last checkpoint. */
const lostFramesMax = 1_000_000;

/**
 * Where the end goes when its log is lost: beyond every frame that a client can have seen. Whoever follows sees the gap and gets the stored text
 * instead, and nobody takes the end for a frame that it has already.
 */
function afterLostLog({ seq, content }: { seq: number; content: string }) {
  const baseSeq = seq + lostFramesMax;
  return { lastSeq: baseSeq, text: content, baseSeq };
}

function lostLogOutcome({ requestId }: RequestContext): Outcome {
  const error = new AppError('GENERATION_INTERRUPTED', {
    detail: 'The reply was cut off; what was stored of it is kept',
  });
  return { status: 'interrupted', model: '', problem: toProblem(error, requestId) };
}
