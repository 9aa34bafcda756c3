import type { Invite, MemberRole } from '../../domain/member.ts';
import type { ConversationKey } from './conversation-store.ts';

/** What stands in the way of a change of the members. */
export type MemberObstacle = 'missing' | 'not-owner' | 'full';

/** Each change counts as one of the conversation, so that all members learn of it. */
export type MemberStore = {
  /** Makes somebody a member, or gives a member another role. Only for the owner, who cannot be made one. */
  set(change: ConversationKey & { memberId: string; role: MemberRole; nowMs: number }): Promise<'set' | MemberObstacle>;
  /**
   * Removes a member; also one who is none. Members may remove themselves, the owner everybody else. When the owner does it, all links are
   * revoked: whoever was removed may have one.
   */
  remove(change: ConversationKey & { memberId: string; nowMs: number }): Promise<'removed' | MemberObstacle>;
  /** Only for the owner. */
  addInvite(invite: Invite & { userId: string; tokenHash: Uint8Array<ArrayBuffer> }): Promise<'added' | MemberObstacle>;
  /** Who wrote messages of a conversation that the user may read and is a member no longer; at most `formerAuthorCountMax`. */
  listFormerAuthors(key: ConversationKey): Promise<readonly string[]>;
  /** Those that have not expired, the oldest first; undefined unless the user owns the conversation. */
  listInvites(key: ConversationKey & { nowMs: number }): Promise<readonly Invite[] | undefined>;
  /** Also one that is not there. */
  removeInvite(key: ConversationKey & { inviteId: string }): Promise<'removed' | MemberObstacle>;
  /** Makes the user a member, or a writer of a reader; returns the conversation's id, or undefined when the token opens nothing. */
  acceptInvite(invite: {
    tokenHash: Uint8Array<ArrayBuffer>;
    userId: string;
    nowMs: number;
  }): Promise<string | 'full' | undefined>;
};
