import type { Conversation } from '../../domain/conversation.ts';
import type { TrashPlace } from '../../domain/cursor.ts';
import type { ConversationKey } from './conversation-store.ts';

export type TrashQuery = {
  readonly userId: string;
  readonly after?: TrashPlace | undefined;
  readonly limit: number;
};

/** What was moved to the trash, as its owner may still have it back. */
export type TrashStore = {
  /** The latest deletion first; those after a place. */
  list(query: TrashQuery): Promise<readonly Conversation[]>;
  /** Takes it out; also what is not in there comes back. Undefined when the user owns no such conversation. */
  restore(key: ConversationKey & { readonly nowMs: number }): Promise<Conversation | undefined>;
  /** Deletes it with all its messages. False unless it was in the trash. */
  purge(key: ConversationKey): Promise<boolean>;
  /** Deletes the oldest of anybody that were moved there before a time, and returns how many; what is locked waits for the next run. */
  purgeDeletedBefore(query: { readonly deletedBeforeMs: number; readonly limit: number }): Promise<number>;
};
