import type { Parameters } from '../domain/parameters.ts';
import { type AddTurnDeps, addTurn, type TurnResult } from './add-turn.ts';

export type EditMessageInput = {
  readonly userId: string;
  readonly messageId: string;
  readonly clientMessageId: string;
  readonly content: string;
  /** For this reply alone. */
  readonly parameters: Parameters;
};

/** Stores a sibling of a user message with its pending reply; the original stays. Throws as addTurn does. */
export function editMessage(deps: AddTurnDeps, input: EditMessageInput): Promise<TurnResult> {
  const { userId, messageId, clientMessageId, content, parameters } = input;
  return addTurn(deps, {
    userId,
    clientMessageId,
    place: { kind: 'edit', messageId },
    request: { kind: 'edit', targetId: messageId, content, parameters },
    content,
    parameters,
  });
}
