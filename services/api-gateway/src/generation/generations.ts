import { AppError } from '@chatbot/errors';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import { createRequestContext, type RequestContext, type Tracing } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { timeouts } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import type { AheadTurn } from './ask-ahead.ts';
import { type AuthorNameDeps, withAuthorNames } from './author-names.ts';
import { type Claim, parseStop, type StopRequest, stopChannel } from './log.ts';
import { type OwnedRun, type RunDeps, startOwnedRun } from './owned-run.ts';
import { createRota } from './rota.ts';
import { openReply, type ReplyStream } from './run.ts';

export type GenerationsDeps = RunDeps &
  AuthorNameDeps & {
    /** A connection of its own, for subscribing. */
    subscriber: Redis;
    leaseTtlMs: number;
    tracing: Tracing;
  };

type ClaimAndRun = {
  generationId: string;
  getTask: () => Promise<GenerationTask__Output>;
  context: RequestContext;
  /** The request to the model, when it was opened before. */
  opened?: ReplyStream | undefined;
  /** The claim, when it is on its way already. */
  claiming?: Promise<Claim | undefined>;
  /** Whether nobody can have run it before. */
  isFirstRun: boolean;
};

export type Generations = AsyncDisposable & {
  /** How many this replica owns now. */
  countRunning(): number;
  /** Claims a generation that was just posted and runs it, with what was asked ahead for it. Another owner is fine: somebody runs it. */
  start(task: GenerationTask__Output, context: RequestContext, ahead?: AheadTurn): Promise<void>;
  /** Claims a generation that was posted earlier and runs it, unless somebody does, or may do so unknown to a Redis that was just lost. */
  ensureRunning(generationId: string, context: RequestContext): Promise<void>;
  /** Asks whoever owns it to stop it. The end frame is the answer. */
  requestStop(generationId: string, stop?: StopRequest): Promise<void>;
};

/** A replica with many replies stores each less often: their number counts more for the load than their length. */
const checkpointIntervalMs = (runCount: number) => Math.min(Math.max(2_000, 10 * runCount), 5_000);
const takeoverIntervalMs = 1_000;
const orphanIntervalMs = 5_000;
/** A generation this young may be on its way to its first owner. */
const orphanAgeMs = 10_000;
const orphansMax = 100;

/**
 * The generations that this replica owns, and the ones that nobody owns any more: leases are kept, lapsed ones claimed. Disposing of it hands
 * every run over: another replica, or this one after its restart, goes on from the log.
 */
export async function startGenerations(deps: GenerationsDeps): Promise<Generations> {
  const { log, chat, logger, metrics, tracing, subscriber, leaseTtlMs } = deps;
  const runs = new Map<string, OwnedRun>();
  const renewals = createRota<OwnedRun>(() => leaseTtlMs / 4);
  const checkpoints = createRota<OwnedRun>(checkpointIntervalMs);
  let draining = false;
  /** Cancels what is asked for the sake of generations of others. */
  const leaving = new AbortController();

  const untilLeaving = { timeoutMs: timeouts.unaryMs, signal: leaving.signal };

  async function claimAndRun(attempt: ClaimAndRun): Promise<boolean> {
    const { generationId, getTask, context, opened, claiming, isFirstRun } = attempt;
    if (draining || runs.has(generationId)) {
      opened?.cancel();
      return false;
    }
    const claim = await claimOrCancel(claiming ?? log.claim(generationId, context), opened);
    if (claim === undefined) {
      opened?.cancel();
      return false;
    }
    try {
      const task = await getTask();
      const run = startOwnedRun(deps, { task, claim, context, opened, isFirstRun });
      hold(run);
      void run.done.then(() => letGo(run));
      return true;
    } catch (error) {
      await abandon(generationId, claim.fence, error);
      return false;
    }
  }

  function hold(run: OwnedRun) {
    runs.set(run.generationId, run);
    renewals.add(run);
    checkpoints.add(run);
  }

  function letGo(run: OwnedRun) {
    runs.delete(run.generationId);
    renewals.delete(run);
    checkpoints.delete(run);
  }

  async function claimOrCancel(claiming: Promise<Claim | undefined>, opened: ReplyStream | undefined) {
    try {
      return await claiming;
    } catch (error) {
      opened?.cancel();
      throw error;
    }
  }

  async function abandon(generationId: string, fence: number, error: unknown) {
    const deleted = error instanceof AppError && error.reason === 'RESOURCE_NOT_FOUND';
    if (deleted) return log.forget(generationId);
    logger.warn({ generationId, err: error }, 'claimed generation could not be read');
    await log.release(generationId, fence);
  }

  async function getTask(generationId: string, context: RequestContext): Promise<GenerationTask__Output> {
    const { task } = await chat.unary('GetGenerationTask', { generationId }, { context, ...untilLeaving });
    return withAuthorNames(deps, present(task, 'task'), context);
  }

  /** The run of a generation that was posted earlier. */
  function laterRun(generationId: string, context: RequestContext): ClaimAndRun {
    return { generationId, getTask: () => getTask(generationId, context), context, isFirstRun: false };
  }

  /**
   * Whether a generation that Redis does not know has no owner. After Redis was lost its owner may still be there, with text that nobody else
   * has; it hears of the loss within a lease time, and ends the generation with all of that text.
   */
  function isEveryOwnerKnown(): Promise<boolean> {
    return log.remembersSince(Date.now() - leaseTtlMs);
  }

  async function takeOver(generationId: string) {
    const attributes = { 'chatbot.generation.id': generationId };
    const span = tracing.enter({}, { name: 'generation takeover', kind: 'internal', attributes });
    const { context } = span;
    const isTaken = await claimAndRun(laterRun(generationId, context)).finally(() => span.end());
    if (!isTaken) return;
    metrics.generationTakeovers.inc();
    logger.info({ generationId, requestId: context.requestId }, 'generation taken over');
  }

  async function takeOverLapsed() {
    for (const generationId of await log.listLapsed()) await takeOver(generationId);
  }

  /** Finds what Redis does not know: posted by a gateway that died before its claim, or from before Redis was lost. */
  async function takeOverOrphans() {
    await log.keepEpoch();
    if (!(await isEveryOwnerKnown())) return;
    const createdBefore = { seconds: Math.floor((Date.now() - orphanAgeMs) / 1000), nanos: 0 };
    const { generationIds } = await chat.unary(
      'ListUnfinishedGenerations',
      { createdBefore, limit: orphansMax },
      { context: createRequestContext(), ...untilLeaving },
    );
    for (const generationId of generationIds) {
      if (!runs.has(generationId) && !(await log.isKnown(generationId))) await takeOver(generationId);
    }
  }

  async function keepLeases() {
    const needsLease = (run: OwnedRun) => run.needsLease;
    const renewed = renewals.take().filter(needsLease);
    await Promise.all(
      renewed.map(async (run) => {
        const { ownership, stop } = await log.renew(run.generationId, run.fence);
        if (ownership !== 'owned') run.abort(ownership);
        if (stop !== undefined) run.stop(stop);
      }),
    );
    // Asked anew: one that ended meanwhile must not come back into the index.
    await log.touch(renewed.filter(needsLease).map(({ generationId }) => generationId));
  }

  async function checkpoint(due: Iterable<OwnedRun>) {
    const results = await Promise.allSettled([...due].map((run) => run.checkpoint()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) logger.warn({ err: failed.reason }, 'checkpoint failed');
  }

  const keepCheckpoints = () => checkpoint(checkpoints.take());

  subscriber.on('message', (channel: string, message: string) => {
    const [generationId = '', value = ''] = message.split(' ', 2);
    const stop = parseStop(value);
    if (channel === stopChannel && stop !== undefined) runs.get(generationId)?.stop(stop);
  });
  await subscriber.subscribe(stopChannel);
  const keepEpoch = () =>
    log.keepEpoch().catch((error: unknown) => logger.warn({ err: error }, 'epoch of redis could not be kept'));
  subscriber.on('ready', keepEpoch);
  await keepEpoch();
  const loops = [
    every(renewals.stepMs, keepLeases),
    every(takeoverIntervalMs, takeOverLapsed),
    every(orphanIntervalMs, takeOverOrphans),
    every(checkpoints.stepMs, keepCheckpoints),
  ];

  /** Repeats `work`, never two at once; a failure is logged and tried again. */
  function every(intervalMs: number, work: () => Promise<void>) {
    let running: Promise<void> = Promise.resolve();
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      running = work()
        .catch((error: unknown) => {
          if (!draining) logger.warn(describe(error, work.name), 'periodic work failed');
        })
        .finally(() => {
          busy = false;
        });
    }, intervalMs);
    return {
      async stop() {
        clearInterval(timer);
        await running;
      },
    };
  }

  /** That a service is away is known from its own log; only a surprise needs its stack. */
  function describe(error: unknown, work: string) {
    return error instanceof AppError && error.retryable ? { work, reason: error.reason } : { work, err: error };
  }

  return {
    countRunning: () => runs.size,
    async start(posted, context, ahead) {
      if (draining) return ahead?.drop('unknown');
      const task = await withAuthorNames(deps, posted, context);
      const { id, content } = present(task.generation, 'generation');
      const { claiming = log.claim(id, context), opened = openReply(deps.ai, { task, textSoFar: content, context }) } =
        ahead?.take(task) ?? {};
      const getTask = async () => task;
      await claimAndRun({ generationId: id, getTask, context, opened, claiming, isFirstRun: true });
    },
    async ensureRunning(generationId, context) {
      if (await isEveryOwnerKnown()) await claimAndRun(laterRun(generationId, context));
    },
    async requestStop(generationId, stop = { renderedSeq: undefined }) {
      runs.get(generationId)?.stop(stop);
      await log.requestStop(generationId, stop);
    },
    async [Symbol.asyncDispose]() {
      draining = true;
      leaving.abort();
      deps.completions.leave();
      await Promise.all([...loops.map((loop) => loop.stop()), checkpoint(runs.values())]);
      for (const run of runs.values()) run.abort('hand-over');
      await Promise.all([...runs.values()].map(({ done }) => done));
      await deps.completions.settled();
    },
  };
}
