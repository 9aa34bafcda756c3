import type { ConversationKey } from './conversation-store.ts';

export type TypingStore = {
  /** Throws AppError UNAVAILABLE when the store cannot be reached. */
  set(key: ConversationKey & { typing: boolean; nowMs: number }): Promise<void>;
  list(key: { conversationId: string; nowMs: number }): Promise<readonly string[]>;
};
