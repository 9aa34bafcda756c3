import type { Draft, OwnReadMark, ReadMark } from '../../domain/live-state.ts';
import type { ConversationKey } from './conversation-store.ts';

export type LiveStateStore = {
  /** Moves the mark forward and returns it as it is then; undefined unless the message is one of that conversation. Ends a mark as unread. */
  setReadMark(mark: ReadMark): Promise<OwnReadMark | undefined>;
  /** Stores a draft when the version is the current one (0 for none), and returns it as it is then. */
  setDraft(
    draft: ConversationKey & { text: string; version: number; nowMs: number },
  ): Promise<{ stored: boolean; draft: Draft | undefined } | 'missing' | 'read-only'>;
  /** How far everybody has read, and the user's own draft; undefined without the conversation. */
  get(key: ConversationKey): Promise<{ readMarks: readonly ReadMark[]; draft: Draft | undefined } | undefined>;
};
