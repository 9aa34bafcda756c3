import type { PersonalChanges } from '../domain/conversation.ts';
import { Prisma } from '../generated/prisma/client.ts';

// What is unread is nowhere stored: it follows from the newest message and from how far somebody has read, each of which is one look into an
// index. So a reply or a message has nothing to write for every member.

/** The newest message of the conversation `c` that is not being written any more. */
const newest = Prisma.sql`
  SELECT m.id, m.author_id FROM messages m
  WHERE m.conversation_id = c.id AND m.status NOT IN ('pending', 'streaming')
  ORDER BY m.id DESC LIMIT 1`;

/** Whether the conversation `c` is unread for a user. Who wrote the newest message has read it. */
export function unreadBy(userId: string): Prisma.Sql {
  return Prisma.sql`coalesce((
    SELECT r.marked_unread OR (n.author_id IS DISTINCT FROM ${userId}::uuid AND (r.message_id IS NULL OR r.message_id < n.id))
    FROM (${newest}) n
    LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = ${userId}::uuid), false)`;
}

/** Whether a message of the conversation `c` is beyond the read mark `r` of a user, which another part of the statement has just set. */
export function unreadBeyondMark(userId: string): Prisma.Sql {
  return Prisma.sql`coalesce((
    SELECT n.author_id IS DISTINCT FROM ${userId}::uuid AND r.message_id < n.id FROM (${newest}) n), false)`;
}

/**
 * Part of a WITH that marks conversations as read or unread; `c` are the rows of the table or part `of`. Read means all that is there.
 * Without a message there is nothing to read, and what was never read is unread as it is.
 */
export function readingPart(
  { unread }: PersonalChanges,
  { of, userId, nowMs }: { of: Prisma.Sql; userId: string; nowMs: number },
): Prisma.Sql {
  if (unread === undefined) return Prisma.empty;
  const isHeld = Prisma.sql`n.author_id IS NOT DISTINCT FROM ${userId}::uuid OR EXISTS (
    SELECT FROM conversation_reads r WHERE r.conversation_id = c.id AND r.user_id = ${userId}::uuid)`;
  return Prisma.sql`reading AS (
      INSERT INTO conversation_reads AS r (conversation_id, user_id, message_id, read_at, marked_unread)
      SELECT c.id, ${userId}::uuid, n.id, ${new Date(nowMs).toISOString()}::timestamptz, ${unread}::boolean
      FROM ${of} c CROSS JOIN LATERAL (${newest}) n
      WHERE ${unread ? isHeld : Prisma.sql`true`}
      ORDER BY c.id
      ON CONFLICT (conversation_id, user_id) DO UPDATE SET marked_unread = excluded.marked_unread, read_at = excluded.read_at,
        message_id = ${unread ? Prisma.sql`r.message_id` : Prisma.sql`greatest(r.message_id, excluded.message_id)`}
    ),`;
}
