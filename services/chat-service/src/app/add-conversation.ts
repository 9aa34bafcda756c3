import type { ImportedConversation } from '../domain/imported-conversation.ts';
import { detectLanguage } from '../domain/language.ts';
import type { AddedConversation, ArchiveStore } from './ports/archive-store.ts';
import type { Clock, NewId } from './ports/system.ts';

/**
 * Stores a whole conversation, all of it or nothing. With a content hash a repeat stores nothing and returns the one that is there; undefined
 * when that one is being deleted at this moment.
 */
export function addConversation(
  deps: { readonly archive: ArchiveStore; readonly newId: NewId; readonly clock: Clock },
  {
    userId,
    conversation,
    contentHash,
  }: {
    readonly userId: string;
    readonly conversation: ImportedConversation;
    readonly contentHash?: Uint8Array<ArrayBuffer>;
  },
): Promise<AddedConversation | undefined> {
  const id = deps.newId();
  // In the order of the messages, so that a message's id is above that of its parent.
  const ids = conversation.messages.map(() => deps.newId());
  const idAt = (index: number | null) => (index === null ? null : (ids[index] ?? null));
  const messages = conversation.messages.map(({ parentIndex, ...message }, index) => ({
    ...message,
    id: ids[index] ?? id,
    parentId: idAt(parentIndex),
    language: detectLanguage(message.content),
  }));
  const activeLeafId = idAt(conversation.activeIndex);
  return deps.archive.add({ id, userId, conversation, messages, activeLeafId, contentHash, nowMs: deps.clock() });
}
