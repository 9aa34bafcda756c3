import { contextBytesMax } from '../domain/generation.ts';
import { Prisma } from '../generated/prisma/client.ts';

/**
 * The recursive part `branch` of a WITH RECURSIVE: a message and those above it, nearest first, at most `countMax` of them and
 * contextBytesMax of text. `leafId` is a scalar subquery.
 */
export function branchAbove(leafId: Prisma.Sql, countMax: number): Prisma.Sql {
  return Prisma.sql`branch AS (
    SELECT m.parent_id, m.role, m.content, nullif(m.author_id, m.user_id) AS guest_id, 1 AS position,
      octet_length(m.content) AS bytes
    FROM messages m
    WHERE m.id = ${leafId}
    UNION ALL
    SELECT m.parent_id, m.role, m.content, nullif(m.author_id, m.user_id), b.position + 1, b.bytes + octet_length(m.content)
    FROM branch b JOIN messages m ON m.id = b.parent_id
    WHERE b.position < ${countMax}::int AND b.bytes + octet_length(m.content) <= ${contextBytesMax}::int
  )`;
}

/** `branch` as a context, root first, for contextRow. A reply without text says nothing and is left out. */
export const contextJson = Prisma.sql`(
  SELECT coalesce(json_agg(json_build_object('role', b.role, 'content', b.content, 'guestId', b.guest_id)
    ORDER BY b.position DESC), '[]')
  FROM branch b
  WHERE b.role <> 'assistant' OR b.content <> ''
)`;
