import type { Conversation } from './conversation.ts';

/** What a member who is not the owner may do: write as the owner does, or only read. */
export type MemberRole = (typeof memberRoles)[number];
export const memberRoles = ['writer', 'reader'] as const;

/** What somebody may do in a conversation. Only the owner invites, removes and deletes. */
export type ConversationRole = 'owner' | MemberRole;

/** Somebody who was invited to a conversation, and where it is in their own list. */
export type Member = {
  readonly userId: string;
  readonly role: MemberRole;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly folderId: string | null;
  readonly tags: readonly string[];
  /** The branch that they chose since the conversation's own last changed; null follows that one. */
  readonly activeLeafId: string | null;
  readonly joinedAt: Date;
};

/** Bounds what a change has to be told to, and what a conversation carries. */
export const memberCountMax = 50;

/** Bounds what is told of people who have left. */
export const formerAuthorCountMax = 100;

/** What differs from member to member of one conversation. */
export type PersonalView = {
  readonly role: ConversationRole;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly folderId: string | null;
  readonly tags: readonly string[];
  readonly activeLeafId: string | null;
};

/** A conversation as one of its members sees it; who is no member sees it as its owner does. */
export function seenBy(conversation: Conversation, userId: string): PersonalView {
  const member = conversation.members.find((candidate) => candidate.userId === userId);
  const { pinned, archived, folderId, tags } = member ?? conversation;
  const activeLeafId = member?.activeLeafId ?? conversation.activeLeafId;
  return { role: member?.role ?? 'owner', pinned, archived, folderId, tags, activeLeafId };
}

/** Everybody who may read a conversation, its owner first. */
export function readersOf({ userId, members }: Conversation): readonly string[] {
  return [userId, ...members.map((member) => member.userId)];
}

/** A link that makes whoever opens it a member. */
export type Invite = {
  readonly id: string;
  readonly conversationId: string;
  readonly role: MemberRole;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** Links of one conversation that have not expired. */
export const inviteCountMax = 20;
