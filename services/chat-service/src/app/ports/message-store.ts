import type { Feedback, ListedMessage } from '../../domain/message.ts';
import type { ConversationKey } from './conversation-store.ts';

export type MessageStore = {
  /** The newest messages of a conversation, newest first, from an id downwards; undefined without the conversation. */
  listTree(query: ConversationKey & MessageRange): Promise<readonly ListedMessage[] | undefined>;
  /** A message and those above it, upwards; undefined without the conversation or the message. */
  listBranch(query: ConversationKey & { leafId: string; limit: number }): Promise<readonly ListedMessage[] | undefined>;
  /** The messages of a branch below one of them, nearest first; none when it is not on the branch. */
  listBelow(
    query: ConversationKey & { leafId: string; messageId: string; limit: number },
  ): Promise<readonly ListedMessage[]>;
  /**
   * The end of the branch on which a message is read: that of the user's active branch when the message is on it, else that of the newest
   * messages below it. Undefined without the conversation or the message.
   */
  findLeaf(key: ConversationKey & { messageId: string }): Promise<string | undefined>;
  /** Only for a reply. */
  setFeedback(change: FeedbackChange): Promise<'set' | 'missing' | 'wrong-role'>;
};

export type FeedbackChange = {
  readonly userId: string;
  readonly messageId: string;
  /** Null takes it back. */
  readonly feedback: Feedback | null;
  readonly nowMs: number;
};

export type MessageRange = {
  /** The newest message to return; absent begins with the newest of all. */
  readonly fromId?: string | undefined;
  readonly limit: number;
};
