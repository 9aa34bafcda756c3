import type { Member } from './member.ts';
import type { ReplyMode } from './mention.ts';
import type { Parameters } from './parameters.ts';

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
  readonly replyMode: ReplyMode;
  /** Empty takes the default. */
  readonly model: string;
  /** Of its replies. */
  readonly parameters: Parameters;
  /** Where the owner keeps it; members keep it where they like. */
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly folderId: string | null;
  readonly tags: readonly string[];
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

/** A conversation as a list tells of it. */
export type ListedConversation = Conversation & {
  /** Whether it holds something that one of its readers has not seen or wants to see again. */
  readonly unread: boolean;
  /** Whether a reply is being written in it. */
  readonly generating: boolean;
};

/** What a person may change for all members. */
export type SharedChanges = {
  readonly title?: string;
  readonly persona?: string;
  readonly model?: string;
  readonly replyMode?: ReplyMode;
  /** All of them; none clears them. */
  readonly parameters?: Parameters;
};

/** What a person may change for themselves. */
export type PersonalChanges = {
  readonly pinned?: boolean;
  readonly archived?: boolean;
  /** Null takes it out of its folder. */
  readonly folderId?: string | null;
  /** All of them. */
  readonly tags?: readonly string[];
  /** The last message of the branch to show, until somebody writes: then that branch is shown. */
  readonly activeLeafId?: string;
  /** False takes all that is there as read. */
  readonly unread?: boolean;
};

export type ConversationChanges = SharedChanges & PersonalChanges;

export const defaultPersona = 'assistant';
export const defaultTitle = 'New conversation';

/** How long the trash keeps what is in it. */
export const trashRetentionMs = 30 * 24 * 60 * 60_000;
