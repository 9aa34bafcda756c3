import { defaultPersona } from '../domain/conversation.ts';
import type { Parameters } from '../domain/generation.ts';
import { type AddTurnDeps, addTurn, type TurnResult } from './add-turn.ts';
import type { TurnPlace } from './ports.ts';

export type PostMessageInput = {
  readonly userId: string;
  readonly clientMessageId: string;
  /** Absent makes a new conversation. */
  readonly conversationId?: string | undefined;
  /** Absent takes the active leaf. */
  readonly parentId?: string | undefined;
  readonly content: string;
  /** For the conversation from now on; absent keeps it. */
  readonly persona?: string | undefined;
  readonly model?: string | undefined;
  readonly parameters: Parameters;
  /** What the generation shall be called; absent makes an id. */
  readonly generationId?: string | undefined;
};

/** Stores a user message with its pending reply. Throws as addTurn does. */
export function postMessage(deps: AddTurnDeps, input: PostMessageInput): Promise<TurnResult> {
  const { userId, clientMessageId, conversationId, parentId, content, persona, model, parameters, generationId } =
    input;
  const place: TurnPlace =
    conversationId === undefined
      ? { kind: 'start', conversationId: deps.newId(), persona: persona ?? defaultPersona, model: model ?? '' }
      : { kind: 'post', conversationId, parentId, persona, model };
  const request = { kind: place.kind, targetId: conversationId ?? null, parentId, content, persona, model, parameters };
  return addTurn(deps, { userId, clientMessageId, place, request, content, parameters, generationId });
}
