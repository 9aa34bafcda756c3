import type { Share, SharedConversation } from '../../domain/share.ts';
import type { ConversationKey } from './conversation-store.ts';

/** A link to make; the title and the messages come from the conversation. */
export type NewShare = {
  readonly share: Omit<Share, 'title' | 'messageCount'>;
  readonly userId: string;
  /** The last message of the branch; absent takes the active one. */
  readonly leafId?: string | undefined;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
};

export type ShareStore = {
  /** Freezes the branch; only for the owner. `full` when it is too long or there are too many links. */
  add(share: NewShare): Promise<Share | 'missing' | 'full'>;
  /** Those that have not expired; undefined unless the user owns the conversation. */
  list(key: ConversationKey & { nowMs: number }): Promise<readonly Share[] | undefined>;
  /** Also one that is not there. False unless the user owns the conversation. */
  remove(key: ConversationKey & { shareId: string }): Promise<boolean>;
  /** What a link shows; undefined once it has expired or its conversation is in the trash. */
  find(key: { tokenHash: Uint8Array<ArrayBuffer>; nowMs: number }): Promise<SharedConversation | undefined>;
};
