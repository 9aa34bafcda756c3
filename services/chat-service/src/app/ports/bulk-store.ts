import type { Conversation, PersonalChanges } from '../../domain/conversation.ts';

/** Conversations, and who changes them. */
export type BulkTarget = {
  readonly userId: string;
  readonly conversationIds: readonly string[];
  readonly nowMs: number;
};

/** Each method changes what the user may change of the conversations, all at once, and returns just that; the rest stays as it is. */
export type BulkStore = {
  arrange(target: BulkTarget & { readonly changes: PersonalChanges }): Promise<readonly Conversation[]>;
  /** Only for the owner, as are the others below. */
  trash(target: BulkTarget): Promise<readonly Conversation[]>;
  restore(target: BulkTarget): Promise<readonly Conversation[]>;
  /** Deletes those that are in the trash, for good. */
  purge(target: BulkTarget): Promise<readonly Conversation[]>;
};
