import type { Parameters } from '../domain/parameters.ts';
import { type AddTurnDeps, addTurn, type TurnResult } from './add-turn.ts';

export type RegenerateReplyInput = {
  readonly userId: string;
  readonly messageId: string;
  readonly clientMessageId: string;
  /** For this reply alone. */
  readonly parameters: Parameters;
};

/** Stores a pending sibling of a reply that has ended; the original stays. Throws as addTurn does. */
export function regenerateReply(deps: AddTurnDeps, input: RegenerateReplyInput): Promise<TurnResult> {
  const { userId, messageId, clientMessageId, parameters } = input;
  return addTurn(deps, {
    userId,
    clientMessageId,
    place: { kind: 'regenerate', messageId },
    request: { kind: 'regenerate', targetId: messageId, parameters },
    parameters,
  });
}
