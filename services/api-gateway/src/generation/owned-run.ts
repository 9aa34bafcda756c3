import { AppError, toProblem } from '@chatbot/errors';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Logger, RequestContext } from '@chatbot/service-kit';
import type { AiClient, ChatClient } from '../clients/clients.ts';
import { present } from '../clients/resources.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { CompletionRecorder } from './completion.ts';
import type { Claim, GenerationLog } from './log.ts';
import { createLogWriter, OwnershipLostError } from './log-writer.ts';
import { rebuildFromLog } from './rebuild.ts';
import { type AbortCause, endBodyOf, generate, type Outcome } from './run.ts';

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
  /** Cuts the run short. Only the first cause counts. */
  abort(cause: AbortCause): void;
  /** Stores the text so far in chat-service, if it has grown since the last time. */
  checkpoint(): Promise<void>;
  /** Resolves when the run has ended or was given up. Never rejects. */
  readonly done: Promise<void>;
};

/**
 * Runs a claimed generation to its end: from the first token, or on from what a former owner left in the log. What the log holds is never
 * written again, and nothing is written once the ownership is lost.
 */
export function startOwnedRun(
  deps: RunDeps,
  { task, claim, context }: { task: GenerationTask__Output; claim: Claim; context: RequestContext },
): OwnedRun {
  const { log, chat, logger, metrics } = deps;
  const { id: generationId, messageId } = present(task.generation, 'generation');
  const controller = new AbortController();
  const abort = (cause: AbortCause) => controller.abort(cause);
  let writer: ReturnType<typeof createLogWriter> | undefined;
  let model = '';
  let checkpointedSeq = 0;

  async function run() {
    const past = await rebuildFromLog(log, generationId, claim);
    writer = createLogWriter({ log, generationId, fence: claim.fence, lastSeq: past.lastSeq, text: past.text });
    if (past.end !== undefined) {
      if (await complete({ ...past.end, model: past.end.model ?? '' }, past.lastSeq)) await log.forget(generationId);
      return;
    }
    if (claim.stopRequested) abort('stop');
    const outcome = past.lastSeq === 0 && hasLostItsLog(task) ? lostLogOutcome(context) : await runModel(writer);
    const endSeq = writer.seq + 1;
    // The stored message first, so that who sees the end can read it; the log goes on to be the proof if the storing fails.
    const stored = await complete(outcome, endSeq);
    writer.push(endBodyOf(outcome, messageId));
    await writer.settled();
    if (stored) await log.forget(generationId);
    metrics.generationTotal.inc({ status: outcome.status });
  }

  function runModel(target: ReturnType<typeof createLogWriter>): Promise<Outcome> {
    const onModel = (name: string) => {
      model = name;
    };
    return generate({ ai: deps.ai, writer: target, task, context, signal: controller.signal, logger, onModel });
  }

  function complete(outcome: Outcome, seq: number): Promise<boolean> {
    const content = writer === undefined || writer.seq === 0 ? storedText(task) : writer.text;
    return deps.completions.record({ task, outcome, content, seq, fence: claim.fence, context });
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
  return { generationId, fence: claim.fence, abort, checkpoint, done };
}

/** Something was stored, but the log it came from is no more: Redis was lost in between. */
function hasLostItsLog(task: GenerationTask__Output): boolean {
  return present(task.generation, 'generation').seq > 0;
}

function storedText(task: GenerationTask__Output): string {
  return present(task.generation, 'generation').content;
}

function lostLogOutcome({ requestId }: RequestContext): Outcome {
  const error = new AppError('GENERATION_INTERRUPTED', {
    detail: 'The reply was cut off; what was stored of it is kept',
  });
  return { status: 'interrupted', model: '', problem: toProblem(error, requestId) };
}
