import { type AddTurnDeps, addTurn, type TurnResult } from './add-turn.ts';

export type RegenerateReplyInput = {
  readonly userId: string;
  readonly messageId: string;
  readonly clientMessageId: string;
};

/** Stores a pending sibling of a reply that has ended; the original stays. Throws as addTurn does. */
export function regenerateReply(deps: AddTurnDeps, input: RegenerateReplyInput): Promise<TurnResult> {
  const { userId, messageId, clientMessageId } = input;
  return addTurn(deps, {
    userId,
    clientMessageId,
    place: { kind: 'regenerate', messageId },
    request: { kind: 'regenerate', targetId: messageId },
    parameters: {},
  });
}
