import { AppError } from '@chatbot/errors';
import type { GenerationTask, Turn } from '../domain/generation.ts';
import { detectLanguage } from '../domain/language.ts';
import type { Parameters } from '../domain/parameters.ts';
import { requestHash, type TurnRequest } from '../domain/request-hash.ts';
import { titleFromMessage } from '../domain/title.ts';
import type { Clock, NewId } from './ports/system.ts';
import type { AddedTurn, NewTurn, StoredTurn, TurnObstacle, TurnPlace, TurnStore } from './ports/turn-store.ts';

export type AddTurnDeps = { readonly turns: TurnStore; readonly newId: NewId; readonly clock: Clock };

export type AddTurnInput = {
  readonly userId: string;
  readonly clientMessageId: string;
  readonly place: TurnPlace;
  /** What the client asked for; a repeat must ask for the same. */
  readonly request: TurnRequest;
  /** The text of the new user message; absent when an existing one is answered. */
  readonly content?: string;
  /** Those of the request; what is absent is taken from the conversation as it is then. */
  readonly parameters: Parameters;
  /** Absent makes one. */
  readonly generationId?: string | undefined;
};

/** The task is absent when an earlier call stored the turn: somebody runs it already. */
export type TurnResult = { readonly turn: Turn; readonly task: GenerationTask | undefined };

/** Attempts while other turns of the same conversation come first. */
const attemptCountMax = 3;

/**
 * Stores a turn once for each (user, clientMessageId); a repeat returns the stored one. Usually one round trip.
 * Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED, IDEMPOTENCY_CONFLICT, GENERATION_RUNNING, VALIDATION_FAILED.
 */
export async function addTurn(deps: AddTurnDeps, input: AddTurnInput): Promise<TurnResult> {
  const result = await addTurnIfAnswered(deps, input);
  if (result === 'unanswered') throw new Error('only a new message may go unanswered');
  return result;
}

/** As addTurn; `unanswered` when the conversation answers only messages that address the model, and this one does not. */
export async function addTurnIfAnswered(deps: AddTurnDeps, input: AddTurnInput): Promise<TurnResult | 'unanswered'> {
  const turn = newTurn(deps, input);
  for (let attempt = 1; attempt <= attemptCountMax; attempt++) {
    const added = await deps.turns.add(turn);
    if (added !== undefined) return { turn: { ...added, replayed: false }, task: taskOf(added) };
    const stored = await deps.turns.find(input);
    if (stored !== undefined) return { turn: replay(stored, turn.requestHash), task: undefined };
    const obstacle = await deps.turns.findObstacle(input);
    if (obstacle === 'unanswered') return obstacle;
    throwObstacle(obstacle);
  }
  throw new AppError('UNAVAILABLE', { detail: 'The conversation is busy' });
}

function newTurn({ newId, clock }: AddTurnDeps, input: AddTurnInput): NewTurn {
  const { userId, clientMessageId, place, content, parameters, generationId = newId() } = input;
  // In this order, so that a message's id is below that of its reply.
  const userMessage = content === undefined ? undefined : { id: newId(), content, language: detectLanguage(content) };
  return {
    userId,
    clientMessageId,
    place,
    userMessage,
    parameters,
    requestHash: requestHash(input.request),
    assistantMessageId: newId(),
    generationId,
    title: titleFromMessage(content ?? ''),
    nowMs: clock(),
  };
}

function taskOf(added: AddedTurn): GenerationTask {
  const { generation, conversation, context, customPersona } = added;
  const { content } = added.assistantMessage;
  const { parameters: conversationParameters, titleSource } = conversation;
  const titleWanted = titleSource === 'default';
  return { generation, content, context, customPersona, conversationParameters, titleWanted };
}

function replay({ inTrash, ...stored }: StoredTurn & { inTrash: boolean }, hash: string): Turn {
  if (stored.generation.requestHash !== hash) throw new AppError('IDEMPOTENCY_CONFLICT');
  if (inTrash) throw new AppError('RESOURCE_NOT_FOUND');
  return { ...stored, replayed: true };
}

function throwObstacle(obstacle: Exclude<TurnObstacle, 'unanswered'>): void {
  switch (obstacle) {
    case 'none':
      return;
    case 'missing':
      throw new AppError('RESOURCE_NOT_FOUND');
    case 'read-only':
      throw new AppError('PERMISSION_DENIED');
    case 'running':
      throw new AppError('GENERATION_RUNNING');
    case 'wrong-role':
      throw violation('messageId', 'is a message of the wrong role');
    case 'nothing-to-continue':
      throw violation('generationId', 'is not of a reply that was cut short');
    default:
      obstacle satisfies never;
  }
}

function violation(field: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', { detail: `${field}: ${message}`, violations: [{ field, message }] });
}
