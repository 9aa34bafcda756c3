import type { ListedConversation } from './conversation.ts';
import type { Message } from './message.ts';

/** How far somebody has read a conversation; it only moves forward. */
export type ReadMark = {
  readonly conversationId: string;
  readonly userId: string;
  readonly messageId: string;
  readonly readAt: Date;
};

/** A read mark, and whether something is unread all the same. */
export type OwnReadMark = { readonly mark: ReadMark; readonly unread: boolean };

/** What somebody has begun to write; the version counts from 1. */
export type Draft = {
  readonly conversationId: string;
  readonly text: string;
  readonly version: number;
  readonly updatedAt: Date;
};

/** What has changed for somebody since a moment, as it is now. */
export type Changes = {
  readonly conversations: readonly ListedConversation[];
  /** Conversations that can no longer be read. */
  readonly removedIds: readonly string[];
  /** The person's own. */
  readonly readMarks: readonly ReadMark[];
  readonly drafts: readonly Draft[];
  /** Of the one conversation that was asked for. */
  readonly messages: readonly Message[];
};
