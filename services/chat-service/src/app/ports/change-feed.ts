import type { Changes } from '../../domain/live-state.ts';

export type ChangeQuery = {
  readonly userId: string;
  readonly sinceMs: number;
  /** Whose messages to look at, too. */
  readonly conversationId?: string | undefined;
  /** Of each kind. */
  readonly limit: number;
};

export type ChangeFeed = {
  /** All that was changed since a time, as it is now. Conversations in the trash are among them. */
  list(query: ChangeQuery): Promise<Changes>;
  forgetRemovalsBefore(removedBeforeMs: number): Promise<void>;
};
