import type { Role } from './message.ts';

/** A link to a frozen copy of one branch. */
export type Share = {
  readonly id: string;
  readonly conversationId: string;
  readonly title: string;
  readonly messageCount: number;
  readonly createdAt: Date;
  /** Null when it does not end by itself. */
  readonly expiresAt: Date | null;
};

/** A message of a snapshot. Nothing in it says whose it is. */
export type SharedMessage = {
  readonly role: Role;
  readonly content: string;
  readonly model: string;
  readonly createdAt: Date;
};

export type SharedConversation = {
  readonly title: string;
  readonly messages: readonly SharedMessage[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
};

/** Links of one conversation that have not expired. */
export const shareCountMax = 50;
/** The longest branch that can be shared. */
export const sharedMessageCountMax = 1_000;
