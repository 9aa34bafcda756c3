import { type AddTurnDeps, addTurn, type TurnResult } from './add-turn.ts';

export type ContinueReplyInput = { readonly userId: string; readonly generationId: string };

/**
 * Stores a pending sibling of a reply that was cut short; it begins with the text of that one, which stays. A reply is continued
 * once: the generation itself is the key. Throws as addTurn does.
 */
export function continueReply(deps: AddTurnDeps, { userId, generationId }: ContinueReplyInput): Promise<TurnResult> {
  return addTurn(deps, {
    userId,
    clientMessageId: `continue-${generationId}`,
    place: { kind: 'continue', generationId },
    request: { kind: 'continue', targetId: generationId },
    // It has no request of its own to go before the conversation's.
    parameters: {},
  });
}
