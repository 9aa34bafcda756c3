import { AppError } from '@chatbot/errors';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { Logger, RequestContext } from '@chatbot/service-kit';
import { type AiClient, type ChatClient, timeouts } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import { toMessage } from '../clients/resources/message.ts';
import { publishConversation, type UserEventPublisher } from '../events.ts';
import type { AskAhead } from './ask-ahead.ts';
import type { Outcome } from './run.ts';

export type CompletionDeps = {
  chat: ChatClient;
  ai: AiClient;
  ahead: Pick<AskAhead, 'note'>;
  events: UserEventPublisher;
  logger: Logger;
};

export type Completion = {
  task: GenerationTask__Output;
  outcome: Outcome;
  content: string;
  /** The number of the end frame. */
  seq: number;
  fence: number;
  context: RequestContext;
};

export type CompletionRecorder = {
  /**
   * Stores the end of a generation and tells the sessions of all members. Returns false when chat-service cannot be reached: the log keeps the end,
   * and whoever claims the generation next stores it. Throws GENERATION_FENCED when the ownership was lost.
   */
  record(completion: Completion): Promise<boolean>;
  /**
   * This replica is on its way out: nothing is tried again, and what takes longer than two seconds is given up. Who claims a generation next stores an
   * end that is in the log alone.
   */
  leave(): void;
  /** Resolves when no title is in the making any more. */
  settled(): Promise<void>;
};

const attemptsMax = 4;
const firstDelayMs = 100;
/** A replica that goes waits neither for a model that takes its time nor for a chat-service that hangs. */
const leaveGraceMs = 2_000;

export function createCompletionRecorder(deps: CompletionDeps): CompletionRecorder {
  const titles = new Set<Promise<void>>();
  const givingUp = new AbortController();
  let isLeaving = false;
  return {
    async record(completion) {
      const stored = await store(deps, completion, { isLeaving: () => isLeaving, signal: givingUp.signal });
      if (stored === undefined) return false;
      deps.ahead.note(completion.task, completion.content);
      announce(deps, stored);
      if (completion.task.titleWanted && completion.outcome.status === 'completed') {
        const title = writeTitle(deps, completion, givingUp.signal).finally(() => titles.delete(title));
        titles.add(title);
      }
      return true;
    },
    leave() {
      isLeaving = true;
      setTimeout(() => givingUp.abort(), leaveGraceMs).unref();
    },
    async settled() {
      await Promise.all(titles);
    },
  };
}

async function store(
  { chat, logger }: CompletionDeps,
  { task, outcome, content, seq, fence, context }: Completion,
  { isLeaving, signal }: { isLeaving: () => boolean; signal: AbortSignal },
) {
  const { id: generationId } = present(task.generation, 'generation');
  const { status, model, usage, timings, problem } = outcome;
  const request = {
    generationId,
    fence,
    seq,
    content,
    status,
    model,
    ...(usage === undefined ? {} : { usage: { ...usage, promptTokens: usage.promptTokens ?? 0 } }),
    ...(timings === undefined ? {} : { timings }),
    problemJson: problem === undefined ? '' : JSON.stringify(problem),
  };
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    try {
      return await chat.unary('CompleteGeneration', request, { context, timeoutMs: timeouts.unaryMs, signal });
    } catch (error) {
      if (error instanceof AppError && error.reason === 'GENERATION_FENCED') throw error;
      logger.warn({ generationId, attempt, err: error }, 'generation could not be completed');
      if (isLeaving()) return undefined;
      await new Promise((resolve) => setTimeout(resolve, firstDelayMs * 2 ** attempt));
    }
  }
  return undefined;
}

type Stored = Exclude<Awaited<ReturnType<typeof store>>, undefined>;

function announce({ events }: CompletionDeps, stored: Stored) {
  const { content: _content, ...message } = toMessage(stored.message);
  events.publish(present(stored.conversation, 'conversation').readerUserIds, 'message:updated', message);
  publishConversation(events, stored.conversation);
}

async function writeTitle(
  { ai, chat, events, logger }: CompletionDeps,
  { task, content, context }: Completion,
  signal: AbortSignal,
): Promise<void> {
  const { conversationId } = present(task.generation, 'generation');
  try {
    const messages = [...task.context, { role: 'assistant', content }];
    const { title } = await ai.unary(
      'GenerateTitle',
      { model: task.requestedModel, messages },
      { context, timeoutMs: timeouts.titleMs, signal },
    );
    const { conversation, changed } = await chat.unary(
      'SetGeneratedTitle',
      { conversationId, title },
      { context, timeoutMs: timeouts.unaryMs },
    );
    if (changed) publishConversation(events, conversation);
  } catch (error) {
    // The title made from the first message stays; it is good enough.
    logger.warn({ requestId: context.requestId, err: error }, 'no title could be generated');
  }
}
