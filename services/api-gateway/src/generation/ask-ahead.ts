import { aiServiceDefinition } from '@chatbot/proto';
import type { GenerateRequest } from '@chatbot/proto/chatbot/ai/v1/GenerateRequest';
import type { Parameters, Parameters__Output } from '@chatbot/proto/chatbot/ai/v1/Parameters';
import type { GenerationTask__Output } from '@chatbot/proto/chatbot/chat/v1/GenerationTask';
import type { RequestContext } from '@chatbot/service-kit';
import { type AiClient, timeouts } from '../clients/clients.ts';
import { present } from '../clients/resources/fields.ts';
import type { Claim, GenerationLog } from './log.ts';
import { type ReplyStream, toRequest } from './run.ts';
import type { Following, LogTail } from './tail.ts';

/** A message that is about to be stored, and what its generation will be called. Empty texts are absent ones. */
export type NewMessage = {
  readonly userId: string;
  readonly generationId: string;
  readonly clientMessageId: string;
  readonly conversationId: string;
  readonly parentId?: string;
  readonly content: string;
  readonly persona: string;
  readonly model: string;
  readonly parameters?: Parameters;
};

/** A turn that is being stored while its generation is claimed and the model asked. Ends with one of the two. */
export type AheadTurn = {
  /** The turn is stored. `opened` is the reply, if the turn asks for exactly what was asked; else that request is closed. */
  take(task: GenerationTask__Output): TakenTurn;
  /** No turn came of it that this call should run. `unknown`: it may be stored nevertheless, for whoever finds it to run. */
  drop(outcome: DropOutcome): void;
};

/** `not-answered`: it is stored, and is not to be answered. */
type DropOutcome = 'not-stored' | 'not-answered' | 'unknown';

export type TakenTurn = { readonly claiming: Promise<Claim | undefined>; readonly opened: ReplyStream | undefined };

export type AskAhead = {
  /** Asks the model what the turn will ask. Undefined when that cannot be told before the turn is stored. */
  ask(message: NewMessage, context: RequestContext): AheadTurn | undefined;
  /** A reply that is complete and stored: its conversation may go on from it. */
  note(task: GenerationTask__Output, content: string): void;
  /** A conversation whose next turn asks for something else than its last one did: it is guessed again from the turn after that. */
  forget(conversationId: string): void;
  /** A conversation in which not every message is answered: what is said there is not shown to the model before it is known to be for it. */
  avoid(conversationId: string): void;
};

/**
 * What the last turn of a conversation asked, its reply included: a completed message never changes. `parameters` are those of the conversation
 * alone: what that turn asked for beside them was for it alone.
 */
type Branch = {
  readonly leafId: string;
  readonly request: GenerateRequest;
  readonly parameters: Parameters__Output | null;
};

/** The persona of a conversation that names none; chat-service decides, and a test notices when it decides otherwise. */
const defaultPersona = 'assistant';
/** A UUID; the built-in ones are words. */
const customPersonaIdLength = 36;
const branchesMax = 500;
/** Longer ones are not remembered: reading them takes a model far longer than storing takes. */
const branchCharsMax = 32 * 1024;
const missesMax = 1_000;

type AskAheadDeps = { ai: AiClient; log: GenerationLog; tail: LogTail; leaseTtlMs: number };

/**
 * Lets the model begin while the message is on its way to the disk. What will be asked is told from the message, and from the last turn of its
 * conversation when this replica ran that. It is a guess, used only when the stored turn asks for the same, byte by byte; a conversation that
 * was guessed wrong is not guessed again. Nothing of the answer is logged or shown before the turn is stored.
 */
export function createAskAhead({ ai, log, tail, leaseTtlMs }: AskAheadDeps): AskAhead {
  const branches = createBranches();
  const missed = new Set<string>();
  /** A message that is sent again while it is being stored asks once. */
  const storing = new Set<string>();

  return {
    ask(message, context) {
      const guessKey = message.conversationId || `new, ${message.persona}`;
      const messageKey = `${message.userId} ${message.clientMessageId}`;
      const request = missed.has(guessKey) || storing.has(messageKey) ? undefined : guess(message, branches);
      if (request === undefined) return undefined;
      storing.add(messageKey);
      const reply = ai.duplex('Generate', request, { context, timeoutMs: timeouts.generationMs });
      const claiming = log.claim(message.generationId, context);
      const kept = keepLease(log, { claiming, generationId: message.generationId, leaseTtlMs });
      const awaited = awaitFirstFrame(tail, message.generationId);
      // Whoever takes the turn hears of it, too.
      claiming.catch(() => undefined);
      return {
        take(task) {
          storing.delete(messageKey);
          kept.stop();
          if (isSameRequest(request, toRequest(task, ''))) return { claiming, opened: reply };
          reply.cancel();
          avoid(guessKey);
          return { claiming, opened: undefined };
        },
        drop(outcome) {
          storing.delete(messageKey);
          kept.stop();
          awaited.close();
          reply.cancel();
          giveBack(log, { claiming, generationId: message.generationId, outcome }).catch(() => undefined);
        },
      };
    },
    note: branches.note,
    forget: branches.forget,
    avoid,
  };

  function avoid(guessKey: string) {
    if (missed.size < missesMax) missed.add(guessKey);
  }
}

/**
 * Keeps the lease until whoever takes the turn does: without it, another replica would claim what chat-service does not know yet, and give it
 * up as something that was deleted.
 */
function keepLease(
  log: GenerationLog,
  claimed: { claiming: Promise<Claim | undefined>; generationId: string; leaseTtlMs: number },
): { stop(): void } {
  const { claiming, generationId, leaseTtlMs } = claimed;
  let stopped = false;
  const renew = async () => {
    const claim = await claiming;
    if (claim === undefined || stopped) return;
    await log.renew(generationId, claim.fence);
    // One that was given back meanwhile must not come back into the index.
    if (!stopped) await log.touch([generationId]);
  };
  // One that fails is made good by the next.
  const timer = setInterval(() => void renew().catch(() => undefined), leaseTtlMs / 4);
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** Has the tail read a log that is about to begin: who follows it later finds the read under way and gets the first frame from it. */
function awaitFirstFrame(tail: LogTail, generationId: string): Following {
  const following = tail.follow(generationId, {
    afterSeq: 0,
    sink: {
      deliver: () => following.close(),
      gone: () => undefined,
    },
  });
  return following;
}

/** A claim that is not given back runs out by itself. */
async function giveBack(
  log: GenerationLog,
  given: { claiming: Promise<Claim | undefined>; generationId: string; outcome: DropOutcome },
): Promise<void> {
  const { claiming, generationId, outcome } = given;
  const claim = await claiming;
  if (claim === undefined) return;
  if (outcome === 'unknown') await log.release(generationId, claim.fence);
  else await log.forget(generationId);
}

function createBranches() {
  const known = new Map<string, Branch>();
  return {
    find: (conversationId: string) => known.get(conversationId),
    forget: (conversationId: string) => void known.delete(conversationId),
    note(task: GenerationTask__Output, content: string) {
      const { conversationId, messageId } = present(task.generation, 'generation');
      known.delete(conversationId);
      const request = toRequest(task, content);
      const charCount = request.messages.reduce((sum, message) => sum + message.content.length, 0);
      if (charCount > branchCharsMax) return;
      if (known.size >= branchesMax) known.delete(String(known.keys().next().value));
      known.set(conversationId, { leafId: messageId, request, parameters: task.conversationParameters });
    },
  };
}

function guess(message: NewMessage, branches: ReturnType<typeof createBranches>): GenerateRequest | undefined {
  const { userId, generationId, conversationId, parentId, content, persona, model, parameters } = message;
  // What is behind the name of somebody's own persona is told by the stored turn alone.
  if (persona.length === customPersonaIdLength) return undefined;
  const question = { role: 'user', content };
  const common = { generationId, fairnessKey: userId };
  if (conversationId === '') {
    const own = overlay(null, parameters);
    return { ...common, parameters: own, model, persona: persona || defaultPersona, messages: [question] };
  }
  const branch = branches.find(conversationId);
  if (branch === undefined || branch.request.fairnessKey !== userId) return undefined;
  if (parentId !== undefined && parentId !== branch.leafId) return undefined;
  const { request } = branch;
  if (persona !== '' && request.customPersona) return undefined;
  return {
    ...request,
    ...common,
    parameters: overlay(branch.parameters, parameters),
    model: model || (request.model ?? ''),
    persona: persona || (request.persona ?? ''),
    messages: [...(request.messages ?? []), question],
  };
}

/** Those of a message over those of its conversation, as chat-service lays them. */
function overlay(conversation: Parameters__Output | null, message: Parameters = {}): Parameters {
  const stop = message.stop?.length ? message.stop : (conversation?.stop ?? []);
  return { ...conversation, ...message, stop };
}

/** Compared as it goes over the wire: the two come from different places, and absent fields have several faces. */
function isSameRequest(left: GenerateRequest, right: GenerateRequest): boolean {
  const { requestSerialize } = aiServiceDefinition.Generate;
  return requestSerialize(left).equals(requestSerialize(right));
}
