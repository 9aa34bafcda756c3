import type { Conversation } from '../../domain/conversation.ts';
import type { Language } from '../../domain/language.ts';
import type { Message } from '../../domain/message.ts';

/** A message without a reply to store. */
export type NewNote = {
  readonly userId: string;
  readonly clientMessageId: string;
  readonly requestHash: string;
  readonly conversationId: string;
  /** Absent takes the active leaf. */
  readonly parentId?: string | undefined;
  readonly messageId: string;
  readonly content: string;
  readonly language: Language;
  /** The title that a conversation gets with its first message. */
  readonly title: string;
  readonly nowMs: number;
};

export type StoredNote = { readonly conversation: Conversation; readonly message: Message };

/** Messages that are not to be answered. */
export type NoteStore = {
  /** Stores it where only messages that address the model are answered; undefined when it was stored before or something is in the way. */
  add(note: NewNote): Promise<StoredNote | undefined>;
  /** What an earlier call stored, as it is now. */
  find(key: {
    userId: string;
    clientMessageId: string;
  }): Promise<(StoredNote & { requestHash: string; inTrash: boolean }) | undefined>;
};
