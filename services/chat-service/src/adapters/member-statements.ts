import type { ConversationKey } from '../app/ports/conversation-store.ts';
import {
  formerAuthorCountMax,
  type Invite,
  inviteCountMax,
  type MemberRole,
  memberCountMax,
} from '../domain/member.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy } from './access.ts';

type At = { nowMs: number };

// Each begins with `seen`: the conversation as the user sees it, locked, and whether it is theirs. No row when it is not there for them.
// The limits count what the statement's snapshot has; a burst at the very limit may pass it by a few.

export function setMemberStatement(change: ConversationKey & At & { memberId: string; role: MemberRole }): Prisma.Sql {
  const { memberId, role, nowMs } = change;
  return Prisma.sql`
    WITH ${seen(change)},
    member AS (
      INSERT INTO conversation_members (conversation_id, user_id, role, pinned, archived, joined_at)
      SELECT s.id, ${memberId}::uuid, ${role}, false, false, ${time(nowMs)}
      FROM seen s
      WHERE s.own AND s.user_id <> ${memberId}::uuid AND s.others < ${memberCountMax}::int
      ON CONFLICT (conversation_id, user_id) DO UPDATE SET role = excluded.role
      RETURNING conversation_id
    ),
    ${counted(Prisma.sql`member`, nowMs)}
    SELECT s.own, EXISTS (SELECT FROM member) AS done FROM seen s`;
}

export function removeMemberStatement(change: ConversationKey & At & { memberId: string }): Prisma.Sql {
  const { memberId, userId, nowMs } = change;
  return Prisma.sql`
    WITH ${seen(change)},
    allowed AS (
      SELECT s.* FROM seen s WHERE s.user_id <> ${memberId}::uuid AND (s.own OR ${memberId}::uuid = ${userId}::uuid)
    ),
    gone AS (
      DELETE FROM conversation_members cm USING allowed a
      WHERE cm.conversation_id = a.id AND cm.user_id = ${memberId}::uuid
      RETURNING cm.conversation_id
    ),
    links AS (
      DELETE FROM conversation_invites i USING allowed a WHERE i.conversation_id = a.id AND a.own
    ),
    ${counted(Prisma.sql`gone`, nowMs)}
    SELECT s.own, EXISTS (SELECT FROM allowed) AS done FROM seen s`;
}

/** What it costs is what the conversation is long; it is asked for when somebody looks at who is there. */
export function listFormerAuthorsStatement({ conversationId, userId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`
    SELECT DISTINCT m.author_id AS id
    FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)} AND m.author_id <> c.user_id
      AND NOT EXISTS (
        SELECT FROM conversation_members cm WHERE cm.conversation_id = c.id AND cm.user_id = m.author_id)
    ORDER BY m.author_id
    LIMIT ${formerAuthorCountMax}::int`;
}

export function addInviteStatement(
  invite: Invite & { userId: string; tokenHash: Uint8Array<ArrayBuffer> },
): Prisma.Sql {
  const { id, role, tokenHash, createdAt, expiresAt } = invite;
  return Prisma.sql`
    WITH ${seen(invite)},
    expired AS (
      DELETE FROM conversation_invites i USING seen s
      WHERE s.own AND i.conversation_id = s.id AND i.expires_at <= ${time(createdAt.getTime())}
    ),
    added AS (
      INSERT INTO conversation_invites (id, conversation_id, token_hash, role, created_at, expires_at)
      SELECT ${id}::uuid, s.id, ${tokenHash}, ${role}, ${time(createdAt.getTime())}, ${time(expiresAt.getTime())}
      FROM seen s
      WHERE s.own AND (
        SELECT count(*) FROM conversation_invites i
        WHERE i.conversation_id = s.id AND i.expires_at > ${time(createdAt.getTime())}) < ${inviteCountMax}::int
      RETURNING id
    )
    SELECT s.own, EXISTS (SELECT FROM added) AS done FROM seen s`;
}

export function listInvitesStatement({ conversationId, userId, nowMs }: ConversationKey & At): Prisma.Sql {
  return Prisma.sql`
    SELECT CASE WHEN i.id IS NOT NULL THEN json_build_object('id', i.id, 'conversationId', i.conversation_id, 'role', i.role,
      'createdAt', i.created_at, 'expiresAt', i.expires_at) END AS invite
    FROM conversations c LEFT JOIN conversation_invites i ON i.conversation_id = c.id AND i.expires_at > ${time(nowMs)}
    WHERE c.id = ${conversationId}::uuid AND c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
    ORDER BY i.id`;
}

export function removeInviteStatement(key: ConversationKey & { inviteId: string }): Prisma.Sql {
  return Prisma.sql`
    WITH ${seen(key)},
    gone AS (
      DELETE FROM conversation_invites i USING seen s
      WHERE s.own AND i.conversation_id = s.id AND i.id = ${key.inviteId}::uuid
    )
    SELECT s.own, s.own AS done FROM seen s`;
}

/** One row when the token opens something; `full` when there is no room for another member. */
export function acceptInviteStatement(invite: At & { tokenHash: Uint8Array<ArrayBuffer>; userId: string }): Prisma.Sql {
  const { tokenHash, userId, nowMs } = invite;
  return Prisma.sql`
    WITH invited AS (
      SELECT c.id, c.user_id, i.role, ${othersOf(userId)} AS others
      FROM conversation_invites i JOIN conversations c ON c.id = i.conversation_id
      WHERE i.token_hash = ${tokenHash} AND i.expires_at > ${time(nowMs)} AND c.deleted_at IS NULL
      FOR NO KEY UPDATE OF c
    ),
    member AS (
      INSERT INTO conversation_members AS cm (conversation_id, user_id, role, pinned, archived, joined_at)
      SELECT i.id, ${userId}::uuid, i.role, false, false, ${time(nowMs)}
      FROM invited i
      WHERE i.user_id <> ${userId}::uuid AND i.others < ${memberCountMax}::int
      ON CONFLICT (conversation_id, user_id) DO UPDATE SET role = excluded.role
        WHERE cm.role = 'reader' AND excluded.role = 'writer'
      RETURNING conversation_id
    ),
    ${counted(Prisma.sql`member`, nowMs)}
    SELECT i.id, i.others >= ${memberCountMax}::int AS full FROM invited i`;
}

function seen({ conversationId, userId, ...rest }: ConversationKey & { memberId?: string }): Prisma.Sql {
  return Prisma.sql`seen AS (
    SELECT c.id, c.user_id, c.user_id = ${userId}::uuid AS own, ${othersOf(rest.memberId ?? userId)} AS others
    FROM conversations c
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
    FOR NO KEY UPDATE
  )`;
}

/** How many members there are besides one. */
function othersOf(memberId: string): Prisma.Sql {
  return Prisma.sql`(
    SELECT count(*)::int FROM conversation_members cm WHERE cm.conversation_id = c.id AND cm.user_id <> ${memberId}::uuid)`;
}

/** Counts a change of the conversations that `source` names. */
function counted(source: Prisma.Sql, nowMs: number): Prisma.Sql {
  return Prisma.sql`counted AS (
    UPDATE conversations c SET updated_at = greatest(c.updated_at, ${time(nowMs)}), version = c.version + 1
    FROM ${source} x
    WHERE c.id = x.conversation_id
  )`;
}

function time(ms: number): Prisma.Sql {
  return Prisma.sql`${new Date(ms).toISOString()}::timestamptz`;
}
