import type { Conversation } from '../../domain/conversation.ts';
import type { ImportedConversation, ImportedMessage } from '../../domain/imported-conversation.ts';
import type { Language } from '../../domain/language.ts';
import type { Message } from '../../domain/message.ts';
import type { ConversationKey } from './conversation-store.ts';

/** A whole conversation to store. */
export type NewConversation = {
  readonly id: string;
  readonly userId: string;
  readonly conversation: Omit<ImportedConversation, 'messages'>;
  readonly messages: readonly (Omit<ImportedMessage, 'parentIndex'> & {
    readonly id: string;
    readonly parentId: string | null;
    readonly language: Language;
  })[];
  readonly activeLeafId: string | null;
  /** What makes a repeat store nothing. */
  readonly contentHash?: Uint8Array<ArrayBuffer> | undefined;
  readonly nowMs: number;
};

export type AddedConversation = { readonly id: string; readonly added: boolean };

export type ExportPage = ConversationKey & {
  /** The message before the page; the nil UUID for the first page. */
  readonly afterId: string;
  readonly limit: number;
};

/** Whole conversations. */
export type ArchiveStore = {
  /** Stores it, all or nothing, or returns the one that was stored with the same content hash. */
  add(conversation: NewConversation): Promise<AddedConversation | undefined>;
  /** A user's own ones that are not in the trash, the oldest first, after an id. */
  listConversations(page: { userId: string; afterId: string; limit: number }): Promise<readonly Conversation[]>;
  /** All messages of a conversation that the user may read, the oldest first. */
  listMessages(page: ExportPage): Promise<readonly Message[]>;
};
