import { AppError } from '@chatbot/errors';
import type { Logger } from '@chatbot/service-kit';
import { type ChatClient, timeouts } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import { type Generation, toGeneration } from '../clients/resources/generation.ts';
import type { Caller } from '../turns/caller.ts';
import type { Frame } from './frame.ts';
import type { Generations } from './generations.ts';
import type { GenerationLog } from './log.ts';
import { hasEnded, storedEndBody } from './stored-end.ts';
import type { Following, FrameSink, LogTail } from './tail.ts';

export type FollowDeps = {
  chat: ChatClient;
  log: GenerationLog;
  tail: LogTail;
  generations: Generations;
  logger: Logger;
};

/** Where a client wants its frames. */
export type ClientSink = Pick<FrameSink, 'deliver' | 'backpressure'> & {
  /** The frames cannot go on: neither the log nor the stored message can be read now. The client asks again. */
  failed(error: AppError): void;
};

export type FollowOptions = {
  caller: Caller;
  generationId: string;
  /** The last frame that the client has; 0 for none. */
  afterSeq: number;
  sink: ClientSink;
};

/** The record of a generation that the caller may read, and whether the caller may stop it. Throws RESOURCE_NOT_FOUND for any other. */
export async function getGeneration(
  chat: ChatClient,
  caller: Caller,
  generationId: string,
): Promise<Generation & { content: string; writable: boolean }> {
  const { generation, writable } = await chat.unary(
    'GetGeneration',
    { generationId },
    { ...caller, timeoutMs: timeouts.unaryMs },
  );
  const record = present(generation, 'generation');
  return { ...toGeneration(record), content: record.content, writable };
}

export type Followed = {
  /** The last frame there is. */
  readonly seq: number;
  readonly conversationId: string;
  readonly following: Following;
  /** Whether nothing follows any more: the client has the end. */
  readonly isComplete: boolean;
};

/**
 * Sends the frames of a generation after `afterSeq`: from the log, then live. When the log is gone, the client gets one end frame that carries the
 * stored text. Throws RESOURCE_NOT_FOUND when the caller may not read it.
 */
export async function followGeneration(
  deps: FollowDeps,
  { caller, generationId, afterSeq, sink }: FollowOptions,
): Promise<Followed> {
  const generation = await getGeneration(deps.chat, caller, generationId);
  // Whoever has the end frame has them all.
  const { conversationId, createdAt } = generation;
  if (hasEnded(generation) && afterSeq === generation.seq)
    return { seq: generation.seq, conversationId, following: nothing, isComplete: true };
  const lastSeq = await deps.log.lastSeq(generationId);
  const options = { caller, generationId, sink };
  // A client that is ahead of the end has seen frames that Redis lost before they were stored.
  if (hasEnded(generation) && (lastSeq === 0 || afterSeq > generation.seq)) {
    sink.deliver(storedEnd(generation, afterSeq));
    return { seq: generation.seq, conversationId, following: nothing, isComplete: true };
  }
  // A client that is ahead of the log followed one that Redis has lost since. One that has not begun may be lost just as well.
  const isLost = afterSeq > lastSeq || (lastSeq === 0 && !(await deps.log.remembersSince(Date.parse(createdAt))));
  const follow = isLost ? followLost : followLog;
  const following = follow(deps, { ...options, afterSeq });
  return { seq: lastSeq, conversationId, following, isComplete: false };
}

/** Sends the frames of a generation that was just posted: its log can only begin, and the caller is known to own it. */
export function followLog(deps: FollowDeps, { caller, generationId, afterSeq, sink }: FollowOptions): Following {
  let lost: Following = nothing;
  const live = deps.tail.follow(generationId, {
    afterSeq,
    sink: {
      ...sink,
      gone: (seq) => {
        lost = followLost(deps, { caller, generationId, afterSeq: seq, sink });
      },
    },
  });
  return {
    close() {
      live.close();
      lost.close();
    },
  };
}

const lostPollMs = 500;
const lostPollsMax = 60;

/**
 * Without a log the record tells: whoever claims the generation will end it. Who has not seen a frame yet follows the log when there is
 * one again; anybody else would see the middle of another text.
 */
function followLost(deps: FollowDeps, options: FollowOptions): Following {
  const { caller, generationId, afterSeq, sink } = options;
  let closed = false;
  let live = nothing;
  const poll = async () => {
    for (let polls = 0; polls < lostPollsMax && !closed; polls += 1) {
      await deps.generations.ensureRunning(generationId, caller.context);
      const generation = await getGeneration(deps.chat, caller, generationId);
      const hasBegun = afterSeq === 0 && (await deps.log.exists(generationId));
      if (closed) return;
      if (hasEnded(generation)) return sink.deliver(storedEnd(generation, afterSeq));
      if (hasBegun) {
        live = followLog(deps, options);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, lostPollMs));
    }
    if (!closed) sink.failed(new AppError('UNAVAILABLE', { detail: 'The reply cannot be followed at the moment' }));
  };
  poll().catch((error: unknown) => {
    deps.logger.warn({ generationId, err: error }, 'lost log could not be followed');
    if (!closed) sink.failed(error instanceof AppError ? error : new AppError('UNAVAILABLE', { cause: error }));
  });
  return {
    close() {
      closed = true;
      live.close();
    },
  };
}

/** The end as one frame for a client that has everything up to `afterSeq`. The text is the stored one, so no hole is left behind. */
function storedEnd({ content, ...generation }: Generation & { content: string }, afterSeq: number): Frame {
  return { v: 1, generationId: generation.id, seq: afterSeq + 1, ...storedEndBody(generation), content };
}

const nothing: Following = { close() {} };
