import type { ConversationKey } from '../app/ports/conversation-store.ts';
import type { Checkpoint, Completion } from '../app/ports/generation-store.ts';
import { contextMessageCountMax } from '../domain/generation.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy, writableBy } from './access.ts';
import { branchAbove, contextJson } from './branch-context.ts';
import { generationEndedEvent } from './outbox-events.ts';
import { conversationJson, customPersonaJson, generationJson, messageJson } from './rows.ts';

/** One generation with the text of its reply, as one user sees it, and whether that user may write there. */
export function generationStatement(key: { generationId: string; userId: string }): Prisma.Sql {
  return Prisma.sql`
    SELECT ${generationJson} AS generation, m.content, ${writableBy(key.userId)} AS writable
    FROM generations g
    JOIN conversations c ON c.id = g.conversation_id AND ${readableBy(key.userId)}
    JOIN messages m ON m.id = g.assistant_message_id
    WHERE g.id = ${key.generationId}::uuid`;
}

/** The generations of a conversation without an end; one row with null when there is none, no row without the conversation. */
export function runningStatement(key: ConversationKey & { limit: number }): Prisma.Sql {
  return Prisma.sql`
    SELECT CASE WHEN g.id IS NOT NULL
      THEN json_build_object('generation', ${generationJson}, 'content', m.content) END AS running
    FROM conversations c
    LEFT JOIN (generations g JOIN messages m ON m.id = g.assistant_message_id)
      ON g.conversation_id = c.id AND g.ended_at IS NULL
    WHERE c.id = ${key.conversationId}::uuid AND ${readableBy(key.userId)}
    ORDER BY g.created_at, g.id
    LIMIT ${key.limit}::int`;
}

/** A generation with its text and context, for any owner. */
export function taskStatement(generationId: string): Prisma.Sql {
  const target = Prisma.sql`target AS (SELECT g.* FROM generations g WHERE g.id = ${generationId}::uuid)`;
  const branch = branchAbove(Prisma.sql`(SELECT t.user_message_id FROM target t)`, contextMessageCountMax);
  return Prisma.sql`
    WITH RECURSIVE ${target}, ${branch}
    SELECT ${generationJson} AS generation, reply.content, c.title_source AS "titleSource", c.parameters AS "conversationParameters", c.user_id AS "ownerId", ${contextJson} AS context,
      ${customPersonaJson(Prisma.sql`g.persona`, Prisma.sql`c.user_id, g.user_id`)} AS "customPersona"
    FROM target g
    JOIN conversations c ON c.id = g.conversation_id AND c.deleted_at IS NULL
    JOIN messages reply ON reply.id = g.assistant_message_id`;
}

// The two writes below begin by locking the generation's row, so that what they decide on is the latest. `fenced` says that
// somebody with a higher fencing number has written; then nothing changes.

/** Stores a text that is newer than the stored one, and the fencing number when it is higher. */
export function checkpointStatement(checkpoint: Checkpoint): Prisma.Sql {
  const { fence, seq, model } = checkpoint;
  return Prisma.sql`
    WITH target AS (${lockedGeneration(checkpoint)}),
    taken AS (
      UPDATE generations g SET fence = ${fence}::bigint
      FROM target t
      WHERE g.id = t.id AND t.open AND t.seq >= ${seq}::int AND t.fence < ${fence}::bigint
    ),
    written AS (
      UPDATE generations g
      SET fence = ${fence}::bigint, seq = ${seq}::int, status = 'streaming',
        model = CASE WHEN ${model} = '' THEN g.model ELSE ${model} END
      FROM target t
      WHERE g.id = t.id AND t.open AND t.seq < ${seq}::int
      RETURNING g.assistant_message_id, g.model
    ),
    reply AS (
      UPDATE messages m
      SET content = ${checkpoint.content}, content_seq = ${seq}::int, status = 'streaming', model = w.model,
        updated_at = ${time(checkpoint.nowMs)}, version = m.version + 1
      FROM written w
      WHERE m.id = w.assistant_message_id
    )
    SELECT t.fenced FROM target t`;
}

/** Stores an end unless there is one; `completed` is null then. */
export function completeStatement(completion: Completion): Prisma.Sql {
  const { end, fence } = completion;
  const now = time(completion.nowMs);
  return Prisma.sql`
    WITH target AS (${lockedGeneration(completion)}),
    g AS (
      UPDATE generations g
      SET fence = ${fence}::bigint, seq = ${end.seq}::int, status = ${end.status}, ended_at = ${now},
        model = CASE WHEN ${end.model} = '' THEN g.model ELSE ${end.model} END,
        usage = ${json(end.usage)}, timings = ${json(end.timings)}, problem = ${json(end.problem)}
      FROM target t
      WHERE g.id = t.id AND t.open
      RETURNING g.*
    ),
    m AS (
      UPDATE messages m
      SET content = ${end.content}, language = ${completion.language}, content_seq = g.seq, status = g.status, model = g.model, usage = g.usage,
        timings = g.timings, problem = g.problem, updated_at = g.ended_at, version = m.version + 1
      FROM g
      WHERE m.id = g.assistant_message_id
      RETURNING m.*
    ),
    c AS (
      UPDATE conversations c
      SET updated_at = greatest(c.updated_at, g.ended_at), version = c.version + 1
      FROM g
      WHERE c.id = g.conversation_id
      RETURNING c.*
    ),
    event AS (INSERT INTO outbox (event) SELECT ${generationEndedEvent(completion.nowMs)} FROM g)
    SELECT t.fenced, CASE WHEN g.id IS NOT NULL THEN json_build_object(
      'generation', ${generationJson}, 'conversation', ${conversationJson}, 'message', ${messageJson}) END AS completed
    FROM target t LEFT JOIN (g CROSS JOIN m CROSS JOIN c) ON true`;
}

/** What complete returns, as stored. */
export function completedStatement(generationId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT ${generationJson} AS generation, ${conversationJson} AS conversation, ${messageJson} AS message
    FROM generations g
    JOIN conversations c ON c.id = g.conversation_id
    JOIN messages m ON m.id = g.assistant_message_id
    WHERE g.id = ${generationId}::uuid`;
}

function lockedGeneration({ generationId, fence }: { generationId: string; fence: number }): Prisma.Sql {
  return Prisma.sql`
    SELECT g.id, g.seq, g.fence, g.fence > ${fence}::bigint AS fenced,
      g.ended_at IS NULL AND g.fence <= ${fence}::bigint AS open
    FROM generations g
    WHERE g.id = ${generationId}::uuid
    FOR NO KEY UPDATE`;
}

function time(ms: number): Prisma.Sql {
  return Prisma.sql`${new Date(ms).toISOString()}::timestamptz`;
}

function json(value: object | null): Prisma.Sql {
  return Prisma.sql`${value === null ? null : JSON.stringify(value)}::jsonb`;
}
