import { AppError } from '@chatbot/errors';
import { readersOf, seenBy } from '../domain/member.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { Clock } from './ports/system.ts';
import type { TypingStore } from './ports/typing-store.ts';

/**
 * Says that a user types or no longer does, and returns the ids of those who may see it. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED for
 * a reader, or UNAVAILABLE without a typing store.
 */
export async function setTyping(
  deps: { readonly conversations: ConversationStore; readonly typing: TypingStore; readonly clock: Clock },
  input: ConversationKey & { readonly typing: boolean },
): Promise<readonly string[]> {
  const conversation = orNotFound(await deps.conversations.get(input));
  if (seenBy(conversation, input.userId).role === 'reader') throw new AppError('PERMISSION_DENIED');
  await deps.typing.set({ ...input, nowMs: deps.clock() });
  return readersOf(conversation);
}
