import type { ConversationKey } from '../app/ports/conversation-store.ts';
import type { FeedbackChange, MessageRange } from '../app/ports/message-store.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy } from './access.ts';
import { messageJson } from './rows.ts';

// A branch is walked by ids alone, and the messages are fetched at the end: a message is wide.

/** How deep a walk goes at most. */
const depthMax = 100_000;

/** What is read beside a message `m`, as one user sees it. */
function detailsJson(userId: string): Prisma.Sql {
  return Prisma.sql`json_build_object(
    'siblingIds', (
      SELECT coalesce(json_agg(s.id ORDER BY s.id), '[]') FROM (
        SELECT s.id FROM messages s WHERE s.parent_id = m.parent_id
        UNION ALL
        SELECT s.id FROM messages s
        WHERE m.parent_id IS NULL AND s.parent_id IS NULL AND s.conversation_id = m.conversation_id
        LIMIT 100
      ) s),
    'feedback', (
      SELECT json_build_object('rating', f.rating, 'comment', f.comment)
      FROM message_feedback f WHERE f.message_id = m.id AND f.user_id = ${userId}::uuid),
    'asked', (
      SELECT json_build_object('persona', g.persona, 'parameters', g.parameters)
      FROM generations g WHERE g.id = m.generation_id))`;
}

/** One row with null when the conversation is empty, none when it is not there. */
export function treeStatement({ conversationId, userId, fromId, limit }: ConversationKey & MessageRange): Prisma.Sql {
  const range = fromId === undefined ? Prisma.empty : Prisma.sql`AND m.id <= ${fromId}::uuid`;
  return Prisma.sql`
    SELECT CASE WHEN m.id IS NOT NULL THEN ${messageJson} END AS message, ${detailsJson(userId)} AS details
    FROM conversations c LEFT JOIN LATERAL (
      SELECT m.* FROM messages m WHERE m.conversation_id = c.id ${range} ORDER BY m.id DESC LIMIT ${limit}::int
    ) m ON true
    WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)}
    ORDER BY m.id DESC`;
}

/** A message and those above it, upwards. */
export function branchStatement(query: ConversationKey & { leafId: string; limit: number }): Prisma.Sql {
  const { userId, limit } = query;
  return Prisma.sql`
    WITH RECURSIVE branch AS (${walkUp({ ...query, messageId: query.leafId, while: Prisma.sql`b.position < ${limit}::int` })})
    SELECT ${messageJson} AS message, ${detailsJson(userId)} AS details
    FROM branch b JOIN messages m ON m.id = b.id
    ORDER BY b.position`;
}

/** The messages of a branch below one of them, downwards, nearest first. */
export function belowStatement(
  query: ConversationKey & { leafId: string; messageId: string; limit: number },
): Prisma.Sql {
  const { userId, leafId, messageId, limit } = query;
  const condition = Prisma.sql`b.id <> ${messageId}::uuid AND b.position < ${depthMax}::int`;
  return Prisma.sql`
    WITH RECURSIVE branch AS (${walkUp({ ...query, messageId: leafId, while: condition })}),
    below AS (
      SELECT b.id, b.position FROM branch b
      WHERE b.id <> ${messageId}::uuid AND EXISTS (SELECT FROM branch top WHERE top.id = ${messageId}::uuid)
      ORDER BY b.position DESC
      LIMIT ${limit}::int
    )
    SELECT ${messageJson} AS message, ${detailsJson(userId)} AS details
    FROM below b JOIN messages m ON m.id = b.id
    ORDER BY b.position DESC`;
}

/**
 * The end of the branch on which a message is read: that of the user's active branch when the message is on it, else that of the newest
 * messages below it. No row without the message.
 */
export function leafStatement(key: ConversationKey & { messageId: string }): Prisma.Sql {
  const { conversationId, userId, messageId } = key;
  const active = Prisma.sql`(
    SELECT CASE WHEN cm.active_leaf_over = c.active_leaf_id THEN cm.active_leaf_id ELSE c.active_leaf_id END
    FROM conversations c
    LEFT JOIN conversation_members cm ON cm.conversation_id = c.id AND cm.user_id = ${userId}::uuid
    WHERE c.id = ${conversationId}::uuid)`;
  return Prisma.sql`
    WITH RECURSIVE target AS (
      SELECT m.id FROM conversations c JOIN messages m ON m.conversation_id = c.id
      WHERE c.id = ${conversationId}::uuid AND ${readableBy(userId)} AND m.id = ${messageId}::uuid
    ),
    up AS (
      SELECT m.id, m.parent_id, 1 AS position FROM messages m WHERE m.id = ${active}
      UNION ALL
      SELECT m.id, m.parent_id, u.position + 1
      FROM up u JOIN messages m ON m.id = u.parent_id
      WHERE u.id <> ${messageId}::uuid AND u.position < ${depthMax}::int
    ),
    down AS (
      SELECT t.id, 1 AS position FROM target t
      UNION ALL
      SELECT n.id, d.position + 1
      FROM down d CROSS JOIN LATERAL (
        SELECT m.id FROM messages m WHERE m.parent_id = d.id ORDER BY m.id DESC LIMIT 1
      ) n
      WHERE d.position < ${depthMax}::int
    )
    SELECT CASE WHEN EXISTS (SELECT FROM up u WHERE u.id = t.id) THEN ${active}
      ELSE (SELECT d.id FROM down d ORDER BY d.position DESC LIMIT 1) END AS "leafId"
    FROM target t`;
}

function walkUp(walk: ConversationKey & { messageId: string; while: Prisma.Sql }): Prisma.Sql {
  return Prisma.sql`
    SELECT m.id, m.parent_id, 1 AS position
    FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.id = ${walk.conversationId}::uuid AND ${readableBy(walk.userId)} AND m.id = ${walk.messageId}::uuid
    UNION ALL
    SELECT m.id, m.parent_id, b.position + 1
    FROM branch b JOIN messages m ON m.id = b.parent_id
    WHERE ${walk.while}`;
}

/** Stores or takes back what a user thinks of a reply; no row unless the user may read the message. */
export function feedbackStatement({ messageId, userId, feedback, nowMs }: FeedbackChange): Prisma.Sql {
  const target = Prisma.sql`target AS (
    SELECT m.id, m.role FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.id = ${messageId}::uuid AND ${readableBy(userId)}
  )`;
  const change =
    feedback === null
      ? Prisma.sql`DELETE FROM message_feedback f USING target t WHERE f.message_id = t.id AND f.user_id = ${userId}::uuid`
      : Prisma.sql`
        INSERT INTO message_feedback (message_id, user_id, rating, comment, updated_at)
        SELECT t.id, ${userId}::uuid, ${feedback.rating}, ${feedback.comment}, ${new Date(nowMs).toISOString()}::timestamptz
        FROM target t WHERE t.role = 'assistant'
        ON CONFLICT (message_id, user_id)
        DO UPDATE SET rating = excluded.rating, comment = excluded.comment, updated_at = excluded.updated_at`;
  return Prisma.sql`WITH ${target}, changed AS (${change}) SELECT t.role FROM target t`;
}
