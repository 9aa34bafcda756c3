import type { Member } from './member.ts';

/** Who gave the title: it was made from the first message, a model wrote it, or a person did. */
export type TitleSource = 'default' | 'model' | 'user';

/** A tree of messages and its settings. Ids are UUIDv7. */
export type Conversation = {
  readonly id: string;
  /** The owner. */
  readonly userId: string;
  readonly title: string;
  readonly titleSource: TitleSource;
  readonly persona: string;
  /** Empty takes the default. */
  readonly model: string;
  /** Where the owner keeps it; members keep it where they like. */
  readonly pinned: boolean;
  readonly archived: boolean;
  /** Everybody but the owner who may read it, in the order in which they joined. */
  readonly members: readonly Member[];
  /** The last message of the branch that was active last; null in an empty conversation. */
  readonly activeLeafId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastMessageAt: Date;
  /** Counts the changes, from 1. */
  readonly version: number;
  /** When it was moved to the trash. */
  readonly deletedAt: Date | null;
};

/** What a person may change. */
export type ConversationChanges = {
  readonly title?: string;
  readonly persona?: string;
  readonly model?: string;
  /** For the person alone. */
  readonly pinned?: boolean;
  /** For the person alone. */
  readonly archived?: boolean;
};

export const defaultPersona = 'assistant';
export const defaultTitle = 'New conversation';

/** How long the trash keeps what is in it. */
export const trashRetentionMs = 30 * 24 * 60 * 60_000;
