import type { OwnReadMark } from '../domain/live-state.ts';
import { readersOf } from '../domain/member.ts';
import { orNotFound } from './not-found.ts';
import type { ConversationKey, ConversationStore } from './ports/conversation-store.ts';
import type { LiveStateStore } from './ports/live-state-store.ts';
import type { Clock } from './ports/system.ts';

export type StoredReadMark = OwnReadMark & { readonly readerUserIds: readonly string[] };

/**
 * Says how far somebody has read; a mark that is further on stays. Returns the mark as it is and whom to tell. Throws RESOURCE_NOT_FOUND, also
 * for a message of another conversation.
 */
export async function setReadMark(
  deps: { readonly conversations: ConversationStore; readonly liveState: LiveStateStore; readonly clock: Clock },
  input: ConversationKey & { readonly messageId: string },
): Promise<StoredReadMark> {
  const conversation = orNotFound(await deps.conversations.get(input));
  const stored = orNotFound(await deps.liveState.setReadMark({ ...input, readAt: new Date(deps.clock()) }));
  return { ...stored, readerUserIds: readersOf(conversation) };
}
