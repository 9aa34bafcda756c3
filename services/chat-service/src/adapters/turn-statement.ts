import type { NewTurn, TurnPlace } from '../app/ports/turn-store.ts';
import { contextMessageCountMax } from '../domain/generation.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { readableBy, writableBy } from './access.ts';
import { branchAbove, contextJson } from './branch-context.ts';
import { messagePostedEvent } from './outbox-events.ts';
import { conversationJson, customPersonaJson, generationJson, messageJson, messageJsonOf } from './rows.ts';

/**
 * One statement that stores a turn, all or nothing, in one round trip. Its parts:
 *
 *   place         where the turn goes; empty when something is in the way, and then nothing below happens
 *   generation    the record, with the parameters of the request over those of the conversation, one by one; empty when the clientMessageId was used before, and then nothing below happens
 *   conversation  made or changed
 *   question      the user message, unless an existing one is answered
 *   reply         the pending assistant message
 *   event         for the outbox, when there is a user message
 *   branch        the messages above the new ones, for the context
 *
 * `place` locks the conversation's row, so turns and the trash take turns on it. What it reads of messages is as old as the
 * statement's snapshot: after waiting for the lock it may not see the newest message and stores nothing. The caller
 * then asks what is in the way, with a new snapshot, and tries again when it is nothing.
 */
export function turnStatement(turn: NewTurn): Prisma.Sql {
  const now = Prisma.sql`${new Date(turn.nowMs).toISOString()}::timestamptz`;
  const { userMessage } = turn;
  const parts = [
    placePart(turn),
    generationPart(turn, now),
    conversationPart(turn, now),
    ...(userMessage === undefined ? [] : [questionPart({ turn, userMessage, now })]),
    replyPart(turn, now),
    ...(userMessage === undefined ? [] : [eventPart(turn, userMessage)]),
    // The new user message is one of the messages of the context.
    branchAbove(Prisma.sql`(SELECT leaf_id FROM place)`, contextMessageCountMax - (userMessage === undefined ? 0 : 1)),
  ];
  const answered =
    userMessage === undefined
      ? Prisma.sql`(SELECT ${messageJson} FROM messages m WHERE m.id = place.answered_id)`
      : Prisma.sql`NULL::json`;
  return Prisma.sql`WITH RECURSIVE ${Prisma.join(parts, ', ')}
    SELECT ${conversationJson} AS conversation, place.parent_id AS "parentId", place.begun, generation.parameters,
      ${answered} AS answered, ${contextJson} AS context,
      ${customPersonaJson(Prisma.sql`c.persona`, Prisma.sql`c.user_id, ${turn.userId}::uuid`)} AS "customPersona"
    FROM generation, place, conversation c`;
}

function placePart(turn: NewTurn): Prisma.Sql {
  const { place, userId, userMessage } = turn;
  const question = Prisma.sql`${userMessage?.id ?? null}::uuid AS answered_id`;
  switch (place.kind) {
    case 'start':
      return Prisma.sql`place AS (
        SELECT ${place.conversationId}::uuid AS conversation_id, ${userId}::uuid AS owner_id, NULL::uuid AS parent_id, NULL::uuid AS leaf_id, ${question},
          ${place.persona}::text AS persona, ${place.model}::text AS model, '{}'::jsonb AS parameters, '' AS begun
      )`;
    case 'post':
      return Prisma.sql`locked AS (
        SELECT c.id, c.user_id, c.persona, c.model, c.parameters, coalesce(${place.parentId ?? null}::uuid, c.active_leaf_id) AS wanted_id
        FROM conversations c
        WHERE c.id = ${place.conversationId}::uuid AND ${isAnswered(place)} AND ${writableBy(userId)}
        FOR NO KEY UPDATE
      ), place AS (
        SELECT l.id AS conversation_id, l.user_id AS owner_id, p.id AS parent_id, p.id AS leaf_id, ${question},
          coalesce(${place.persona ?? null}::text, l.persona) AS persona,
          coalesce(${place.model ?? null}::text, l.model) AS model, l.parameters, '' AS begun
        FROM locked l LEFT JOIN messages p ON p.id = l.wanted_id AND p.conversation_id = l.id
        WHERE l.wanted_id IS NULL OR p.status NOT IN ('pending', 'streaming')
      )`;
    case 'edit':
      return Prisma.sql`place AS (
        SELECT c.id AS conversation_id, c.user_id AS owner_id, m.parent_id, m.parent_id AS leaf_id, ${question}, c.persona, c.model, c.parameters,
          '' AS begun
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = ${place.messageId}::uuid AND m.role = 'user' AND ${writableBy(userId)}
        FOR NO KEY UPDATE OF c
      )`;
    case 'regenerate':
      return Prisma.sql`place AS (
        SELECT c.id AS conversation_id, c.user_id AS owner_id, m.parent_id, m.parent_id AS leaf_id, m.parent_id AS answered_id, c.persona, c.model, c.parameters,
          '' AS begun
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = ${place.messageId}::uuid AND m.role = 'assistant' AND m.parent_id IS NOT NULL
          AND m.status NOT IN ('pending', 'streaming') AND ${writableBy(userId)}
        FOR NO KEY UPDATE OF c
      )`;
    case 'continue':
      return Prisma.sql`place AS (
        SELECT c.id AS conversation_id, c.user_id AS owner_id, m.parent_id, m.parent_id AS leaf_id, m.parent_id AS answered_id, c.persona, c.model, c.parameters,
          m.content AS begun
        FROM generations g
        JOIN messages m ON m.id = g.assistant_message_id
        JOIN conversations c ON c.id = m.conversation_id
        WHERE g.id = ${place.generationId}::uuid AND m.status IN ('stopped', 'interrupted') AND m.content <> ''
          AND ${writableBy(userId)}
        FOR NO KEY UPDATE OF c
      )`;
    default:
      return place satisfies never;
  }
}

function generationPart(turn: NewTurn, now: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`generation AS (
    INSERT INTO generations (id, conversation_id, user_id, user_message_id, assistant_message_id, client_message_id,
      request_hash, kind, status, fence, seq, requested_model, persona, parameters, model, created_at)
    SELECT ${turn.generationId}::uuid, p.conversation_id, ${turn.userId}::uuid, p.answered_id,
      ${turn.assistantMessageId}::uuid, ${turn.clientMessageId}, ${turn.requestHash}, ${turn.place.kind}, 'pending', 0, 0,
      p.model, p.persona, p.parameters || ${JSON.stringify(turn.parameters)}::jsonb, '', ${now}
    FROM place p ${turn.place.kind === 'post' ? Prisma.sql`WHERE NOT ${isNote(turn)}` : Prisma.empty}
    ON CONFLICT (user_id, client_message_id) DO NOTHING
    RETURNING id, parameters
  )`;
}

/** Whether a message gets a reply where it goes. */
function isAnswered({ addressed }: Extract<TurnPlace, { kind: 'post' }>): Prisma.Sql {
  return Prisma.sql`(c.reply_mode = 'always' OR ${addressed}::boolean)`;
}

/** Whether the message was stored before, as one without a reply. */
function isNote({ userId, clientMessageId }: { userId: string; clientMessageId: string }): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT FROM conversation_notes n WHERE n.user_id = ${userId}::uuid AND n.client_message_id = ${clientMessageId})`;
}

function conversationPart(turn: NewTurn, now: Prisma.Sql): Prisma.Sql {
  if (turn.place.kind === 'start') {
    return Prisma.sql`conversation AS (
      INSERT INTO conversations (id, user_id, title, title_source, persona, model, pinned, archived, active_leaf_id,
        created_at, updated_at, last_message_at, version)
      SELECT p.conversation_id, ${turn.userId}::uuid, ${turn.title}, 'default', p.persona, p.model, false, false,
        ${turn.assistantMessageId}::uuid, ${now}, ${now}, ${now}, 1
      FROM place p, generation
      RETURNING *
    )`;
  }
  return Prisma.sql`conversation AS (
    UPDATE conversations c
    SET active_leaf_id = ${turn.assistantMessageId}::uuid, persona = p.persona, model = p.model,
      title = CASE WHEN c.title_source = 'default' AND c.active_leaf_id IS NULL THEN ${turn.title} ELSE c.title END,
      last_message_at = greatest(c.last_message_at, ${now}), updated_at = greatest(c.updated_at, ${now}),
      version = c.version + 1
    FROM place p, generation
    WHERE c.id = p.conversation_id
    RETURNING c.*
  )`;
}

function questionPart(part: {
  turn: NewTurn;
  userMessage: { id: string; content: string; language: string };
  now: Prisma.Sql;
}): Prisma.Sql {
  const { turn, userMessage, now } = part;
  return Prisma.sql`question AS (
    INSERT INTO messages (id, conversation_id, user_id, parent_id, role, content, language, status, author_id, content_seq,
      model, created_at, updated_at, version)
    SELECT ${userMessage.id}::uuid, p.conversation_id, p.owner_id, p.parent_id, 'user', ${userMessage.content},
      ${userMessage.language}, 'completed', ${turn.userId}::uuid, 0, '', ${now}, ${now}, 1
    FROM place p, generation
  )`;
}

function replyPart(turn: NewTurn, now: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`reply AS (
    INSERT INTO messages (id, conversation_id, user_id, parent_id, role, content, status, generation_id, content_seq, model,
      created_at, updated_at, version)
    SELECT ${turn.assistantMessageId}::uuid, p.conversation_id, p.owner_id, p.answered_id, 'assistant', p.begun,
      'pending', ${turn.generationId}::uuid, 0, '', ${now}, ${now}, 1
    FROM place p, generation
  )`;
}

function eventPart(turn: NewTurn, userMessage: { id: string }): Prisma.Sql {
  const event = messagePostedEvent({ ...turn, messageId: userMessage.id, persona: Prisma.sql`p.persona` });
  return Prisma.sql`event AS (INSERT INTO outbox (event) SELECT ${event} FROM place p, generation)`;
}

/** The turn that an earlier call with the same clientMessageId stored, as it is now, also when it is in the trash. */
export function storedTurnStatement(key: { userId: string; clientMessageId: string }): Prisma.Sql {
  return Prisma.sql`
    SELECT ${conversationJson} AS conversation, ${messageJsonOf('question')} AS "userMessage",
      ${messageJsonOf('reply')} AS "assistantMessage", ${generationJson} AS generation,
      c.deleted_at IS NOT NULL AS "inTrash"
    FROM generations g
    JOIN conversations c ON c.id = g.conversation_id
    JOIN messages question ON question.id = g.user_message_id
    JOIN messages reply ON reply.id = g.assistant_message_id
    WHERE g.user_id = ${key.userId}::uuid AND g.client_message_id = ${key.clientMessageId}`;
}

/**
 * What stands where a turn wants to go, seen by one user: role and status of the message named (of a post, its parent),
 * whether that message, or a parent of it, is wanted at all, and whether the user may write there. No row when the conversation or the
 * message is not there.
 */
export function obstacleStatement(turn: { userId: string; clientMessageId: string; place: TurnPlace }): Prisma.Sql {
  const { userId, place } = turn;
  const writable = writableBy(userId);
  switch (place.kind) {
    case 'start':
      return Prisma.sql`SELECT NULL AS role, NULL AS status, false AS "parentWanted", true AS writable`;
    case 'post': {
      const wantedId = Prisma.sql`coalesce(${place.parentId ?? null}::uuid, c.active_leaf_id)`;
      return Prisma.sql`
        SELECT m.role, m.status, ${wantedId} IS NOT NULL AS "parentWanted", ${writable} AS writable,
          NOT ${isAnswered(place)} AS unanswered, ${isNote(turn)} AS noted
        FROM conversations c LEFT JOIN messages m ON m.id = ${wantedId} AND m.conversation_id = c.id
        WHERE c.id = ${place.conversationId}::uuid AND ${readableBy(userId)}`;
    }
    case 'continue':
      return Prisma.sql`
        SELECT m.role, m.status, m.parent_id IS NOT NULL AS "parentWanted", ${writable} AS writable
        FROM generations g JOIN messages m ON m.id = g.assistant_message_id JOIN conversations c ON c.id = m.conversation_id
        WHERE g.id = ${place.generationId}::uuid AND ${readableBy(userId)}`;
    case 'edit':
    case 'regenerate':
      return Prisma.sql`
        SELECT m.role, m.status, m.parent_id IS NOT NULL AS "parentWanted", ${writable} AS writable
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = ${place.messageId}::uuid AND ${readableBy(userId)}`;
    default:
      return place satisfies never;
  }
}
