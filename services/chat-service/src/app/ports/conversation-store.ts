import type { Conversation, ConversationChanges, ListedConversation } from '../../domain/conversation.ts';
import type { ConversationFilter, ConversationPlace } from '../../domain/cursor.ts';

// What the use cases need from the outside. Every method that takes a userId answers for the conversations that this user owns or is a
// member of and that are not in the trash, and as if nothing else existed. All throw AppError UNAVAILABLE, DEADLINE_EXCEEDED or INTERNAL.

/** A conversation, and who asks. */
export type ConversationKey = { readonly conversationId: string; readonly userId: string };

export type ConversationStore = {
  add(conversation: Conversation): Promise<void>;
  get(key: ConversationKey): Promise<Conversation | undefined>;
  /** Those that the user owns or is a member of: pinned ones first, then in the order asked for; those after a place. */
  list(query: ConversationQuery): Promise<readonly ListedConversation[]>;
  /** Changes it when the version is the current one and the user may. */
  update(update: ConversationUpdate): Promise<ConversationUpdateResult>;
  /** Moves it to the trash and returns it; also when it was there already. Only for its owner. */
  remove(key: ConversationKey & { readonly nowMs: number }): Promise<Conversation | 'not-owner' | undefined>;
  /** Stores a title while the present one is a default; undefined when there is no such conversation. For any owner. */
  setGeneratedTitle(change: GeneratedTitle): Promise<{ conversation: Conversation; changed: boolean } | undefined>;
};

export type ConversationQuery = {
  readonly userId: string;
  readonly filter: ConversationFilter;
  readonly after?: ConversationPlace | undefined;
  readonly limit: number;
};

export type ConversationUpdate = ConversationKey & {
  readonly version: number;
  readonly changes: ConversationChanges;
  readonly nowMs: number;
};

export type ConversationUpdateResult =
  | { readonly outcome: 'updated'; readonly conversation: Conversation }
  | { readonly outcome: 'conflict'; readonly currentVersion: number }
  | { readonly outcome: 'read-only' }
  | { readonly outcome: 'unknown'; readonly field: 'folderId' | 'activeLeafId' }
  | { readonly outcome: 'missing' };

export type GeneratedTitle = { readonly conversationId: string; readonly title: string; readonly nowMs: number };
