import { type Conversation, defaultPersona } from '../domain/conversation.ts';
import type { ImportedConversation } from '../domain/imported-conversation.ts';
import { addConversation } from './add-conversation.ts';
import { getShared } from './get-shared.ts';
import { orNotFound } from './not-found.ts';
import type { ArchiveStore } from './ports/archive-store.ts';
import type { ConversationStore } from './ports/conversation-store.ts';
import type { ShareStore } from './ports/share-store.ts';
import type { Clock, NewId } from './ports/system.ts';

export type CopySharedDeps = {
  readonly shares: ShareStore;
  readonly archive: ArchiveStore;
  readonly conversations: ConversationStore;
  readonly newId: NewId;
  readonly clock: Clock;
};

/** Makes what a link shows a conversation of the user's own, to go on with. Throws RESOURCE_NOT_FOUND. */
export async function copyShared(
  deps: CopySharedDeps,
  { token, userId }: { readonly token: string; readonly userId: string },
): Promise<Conversation> {
  const shared = await getShared(deps, token);
  const now = new Date(deps.clock());
  const conversation: ImportedConversation = {
    title: shared.title,
    persona: defaultPersona,
    model: '',
    parameters: {},
    pinned: false,
    archived: false,
    createdAt: now,
    updatedAt: now,
    activeIndex: shared.messages.length - 1,
    messages: shared.messages.map((message, index) => ({
      ...message,
      parentIndex: index === 0 ? null : index - 1,
      status: 'completed',
      usage: null,
      timings: null,
    })),
  };
  const { id } = orNotFound(await addConversation(deps, { userId, conversation }));
  return orNotFound(await deps.conversations.get({ conversationId: id, userId }));
}
