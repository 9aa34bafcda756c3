import type { Role } from './message.ts';
import type { Snippet } from './snippet.ts';

/** What a search is narrowed by; an absent filter lets everything pass. */
export type SearchFilter = {
  readonly fromMs?: number | undefined;
  /** Exclusive. */
  readonly toMs?: number | undefined;
  /** Of the conversation. */
  readonly persona?: string | undefined;
  /** Of a reply. */
  readonly model?: string | undefined;
  readonly role?: Role | undefined;
  readonly conversationId?: string | undefined;
};

/** One message, or one conversation by its title. */
export type SearchHit = {
  readonly conversationId: string;
  /** Null of a title. */
  readonly messageId: string | null;
  readonly title: string;
  /** Null of a title. */
  readonly role: Role | null;
  readonly createdAt: Date;
  readonly snippet: Snippet;
  /** The higher, the better; comparable within one query. */
  readonly score: number;
};
