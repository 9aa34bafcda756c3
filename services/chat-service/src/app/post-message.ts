import { AppError } from '@chatbot/errors';
import { defaultPersona } from '../domain/conversation.ts';
import { addressesAssistant } from '../domain/mention.ts';
import type { Parameters } from '../domain/parameters.ts';
import { type AddNoteDeps, addNote, type NoteResult } from './add-note.ts';
import { type AddTurnDeps, addTurnIfAnswered, type TurnResult } from './add-turn.ts';
import type { TurnPlace } from './ports/turn-store.ts';

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

/** Attempts while the reply mode changes under the message. */
const attemptCountMax = 3;

/**
 * Stores a user message with its pending reply, or without one where only messages that address the model are answered. Throws as addTurn
 * does.
 */
export async function postMessage(
  deps: AddTurnDeps & AddNoteDeps,
  input: PostMessageInput,
): Promise<TurnResult | NoteResult> {
  const { userId, clientMessageId, conversationId, parentId, content, persona, model, parameters, generationId } =
    input;
  const place: TurnPlace =
    conversationId === undefined
      ? { kind: 'start', conversationId: deps.newId(), persona: persona ?? defaultPersona, model: model ?? '' }
      : { kind: 'post', conversationId, parentId, addressed: addressesAssistant(content), persona, model };
  const request = { kind: place.kind, targetId: conversationId ?? null, parentId, content, persona, model, parameters };
  const turn = { userId, clientMessageId, place, request, content, parameters, generationId };
  for (let attempt = 1; attempt <= attemptCountMax; attempt++) {
    const answered = await addTurnIfAnswered(deps, turn);
    if (answered !== 'unanswered') return answered;
    if (conversationId === undefined) break;
    const noted = await addNote(deps, { userId, clientMessageId, conversationId, parentId, content, request });
    if (noted !== undefined) return noted;
  }
  throw new AppError('UNAVAILABLE', { detail: 'The conversation is busy' });
}
