import { AppError } from '@chatbot/errors';
import type { Conversation } from '../domain/conversation.ts';
import { type ImportSource, parseConversation } from '../domain/import/parse-conversation.ts';
import { contentHash } from '../domain/imported-conversation.ts';
import { addConversation } from './add-conversation.ts';
import type { ArchiveStore } from './ports/archive-store.ts';
import type { ConversationStore } from './ports/conversation-store.ts';
import type { Clock, NewId } from './ports/system.ts';

export type ImportResult = {
  readonly conversationId: string;
  readonly title: string;
  readonly source: ImportSource;
  /** False when the same conversation was imported before. */
  readonly added: boolean;
  /** As it is stored, when it was added and is not gone already. */
  readonly conversation: Conversation | undefined;
};

/**
 * Stores one conversation of an export file, all of it or nothing, once: the same content again stores nothing. Throws VALIDATION_FAILED as
 * parseConversation does, and for one without messages.
 */
export async function importConversation(
  deps: {
    readonly archive: ArchiveStore;
    readonly conversations: ConversationStore;
    readonly newId: NewId;
    readonly clock: Clock;
  },
  { userId, json }: { readonly userId: string; readonly json: string },
): Promise<ImportResult> {
  const { source, conversation } = parseConversation(json);
  if (conversation.messages.length === 0) throw new AppError('VALIDATION_FAILED', { detail: 'It holds no messages' });
  const stored = await addConversation(deps, { userId, conversation, contentHash: contentHash(conversation) });
  if (stored === undefined) throw new AppError('UNAVAILABLE', { detail: 'It is being deleted at the moment' });
  const { id: conversationId, added } = stored;
  const { title } = conversation;
  const found = added ? await deps.conversations.get({ conversationId, userId }) : undefined;
  return { conversationId, title, source, added, conversation: found };
}
