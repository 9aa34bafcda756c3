import { AppError, toProblem } from '@chatbot/errors';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Logger, RequestContext } from '@chatbot/service-kit';
import type { AiClient, ChatClient } from '../clients/clients.ts';
import { present } from '../clients/resources.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { CompletionRecorder } from './completion.ts';
import type { EndBody } from './frame.ts';
import type { Claim, GenerationLog, StopRequest } from './log.ts';
import { createLogWriter, type LogWriter, OwnershipLostError } from './log-writer.ts';
import { type Past, rebuildFromLog } from './rebuild.ts';
import { type AbortCause, endBodyOf, generate, type Outcome, type ReplyStream } from './run.ts';

export type RunDeps = {
  log: GenerationLog;
  chat: ChatClient;
  ai: AiClient;
  completions: CompletionRecorder;
  logger: Logger;
  metrics: GatewayMetrics;
};

/** A generation that this replica owns. */
export type OwnedRun = {
  readonly generationId: string;
  readonly fence: number;
  /** Ends the run as its user wishes. Only the first wish counts. */
  stop(request: StopRequest): void;
  /** Cuts the run short without an end: another owner goes on, or has gone on already. */
  abort(cause: Exclude<AbortCause, 'stop'>): void;
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
};

/**
 * Runs a claimed generation to its end: from the first token, or on from what a former owner left in the log. What the log holds is never
 * written again, and nothing is written once the ownership is lost.
 */
export function startOwnedRun(deps: RunDeps, { task, claim, context, opened }: OwnedRunOptions): OwnedRun {
  const { log, chat, logger, metrics } = deps;
  const record = present(task.generation, 'generation');
  const { id: generationId, messageId } = record;
  const controller = new AbortController();
  let stopRequest: StopRequest | undefined;
  let writer: LogWriter | undefined;
  let model = '';
  let checkpointedSeq = 0;
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
    if (past.end !== undefined) return finish({ ...past.end, model: past.end.model ?? '' }, past);
    // Something was stored, but the log it came from is no more: Redis was lost in between.
    const isLogLost = past.lastSeq === 0 && record.seq > 0;
    const start = isLogLost ? { lastSeq: record.seq, text: record.content } : past;
    writer = createLogWriter({ log, generationId, fence: claim.fence, ...start });
    if (claim.stop !== undefined) stop(claim.stop);
    // A continued reply begins with the text that it continues.
    if (start.lastSeq === 0 && record.content !== '') writer.push({ type: 'delta', text: record.content });
    const outcome = isLogLost ? lostLogOutcome(context) : await runModel(writer);
    const { textLength } = await cut(outcome, writer);
    const end = endBodyOf({ ...outcome, textLength }, messageId);
    // The stored message first, so that who sees the end can read it; the log goes on to be the proof if the storing fails.
    const stored = await complete(end, { lastSeq: writer.seq + 1, text: writer.text });
    writer.push(end);
    await writer.settled();
    if (stored) await log.forget(generationId);
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
    return generate({ ai: deps.ai, writer: target, task, context, signal, logger, onModel, onText, opened: first });
  }

  function secondsSinceStart(): number {
    return (performance.now() - startedAtMs) / 1000;
  }

  /** How much of the text is kept: all of it, or what the person had seen who stopped it. */
  async function cut({ status }: Outcome, { seq }: LogWriter): Promise<{ textLength?: number }> {
    const seenSeq = stopRequest?.renderedSeq ?? seq;
    if (status !== 'stopped' || seenSeq >= seq) return {};
    const { text } = await rebuildFromLog(log, generationId, seenSeq);
    return { textLength: text.length };
  }

  /** A former owner has logged the end and could not store it. */
  async function finish(end: EndBody & { model: string }, { lastSeq, text }: Past) {
    if (await complete(end, { lastSeq, text })) await log.forget(generationId);
  }

  function complete(end: EndBody, { lastSeq, text }: Past): Promise<boolean> {
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

  async function settle(error: unknown) {
    const cause = controller.signal.aborted ? controller.signal.reason : undefined;
    const lost =
      error instanceof OwnershipLostError || (error instanceof AppError && error.reason === 'GENERATION_FENCED');
    if (cause === 'lost' || lost) {
      logger.warn({ generationId, requestId: context.requestId, err: error }, 'generation lost to another owner');
      return;
    }
    if (cause !== 'hand-over')
      logger.error(
        { generationId, requestId: context.requestId, err: error },
        'generation given up, will be taken over',
      );
    await log.release(generationId, claim.fence);
  }

  metrics.generationActive.inc();
  const done = run()
    .catch(settle)
    .catch((error: unknown) => logger.error({ generationId, err: error }, 'generation could not be released'))
    .finally(() => metrics.generationActive.dec());
  return { generationId, fence: claim.fence, stop, abort: (cause) => controller.abort(cause), checkpoint, done };
}

function lostLogOutcome({ requestId }: RequestContext): Outcome {
  const error = new AppError('GENERATION_INTERRUPTED', {
    detail: 'The reply was cut off; what was stored of it is kept',
  });
  return { status: 'interrupted', model: '', problem: toProblem(error, requestId) };
}
