import { z } from 'zod';
import type { AddedTurn, NewTurn, TurnObstacle, TurnPlace, TurnStore } from '../app/ports/turn-store.ts';
import type { ContextMessage, Message } from '../domain/message.ts';
import { isRunning } from '../domain/message.ts';
import type { Database } from './database.ts';
import {
  contextRow,
  conversationRow,
  customPersonaRow,
  generationRow,
  messageRow,
  messageStatus,
  parameters,
  role,
  toContext,
} from './rows.ts';
import { obstacleStatement, storedTurnStatement, turnStatement } from './turn-statement.ts';

/** Turns in Postgres. A new turn is one round trip. */
export function createPrismaTurnStore(database: Database): TurnStore {
  return {
    async add(turn) {
      const [row] = await database.query(addedRow, turnStatement(turn));
      return row === undefined ? undefined : assemble(turn, row);
    },
    async find(key) {
      const [row] = await database.query(storedRow, storedTurnStatement(key));
      return row;
    },
    async findObstacle(turn) {
      const [row] = await database.query(obstacleRow, obstacleStatement(turn));
      return obstacleOf(turn.place, row);
    },
  };
}

const addedRow = z.object({
  conversation: conversationRow,
  parentId: z.string().nullable(),
  begun: z.string(),
  parameters,
  answered: messageRow.nullable(),
  context: contextRow,
  customPersona: customPersonaRow,
});

const storedRow = z.object({
  conversation: conversationRow,
  userMessage: messageRow,
  assistantMessage: messageRow,
  generation: generationRow,
  inTrash: z.boolean(),
});

const obstacleRow = z.object({
  role: role.nullable(),
  status: messageStatus.nullable(),
  parentWanted: z.boolean(),
  writable: z.boolean(),
  /** Of a post: whether it gets no reply here, and whether it was stored without one before. */
  unanswered: z.boolean().optional(),
  noted: z.boolean().optional(),
});

/** The turn as stored: what was sent and what the statement found, without reading the texts back. */
function assemble(turn: NewTurn, row: z.output<typeof addedRow>): AddedTurn {
  const userMessage = userMessageOf(turn, row);
  const { conversation } = row;
  const common = { conversationId: conversation.id, createdAt: new Date(turn.nowMs) };
  const nothingYet = { status: 'pending', model: '', usage: null, timings: null, problem: null } as const;
  return {
    conversation,
    userMessage,
    assistantMessage: {
      ...common,
      ...nothingYet,
      id: turn.assistantMessageId,
      parentId: userMessage.id,
      role: 'assistant',
      content: row.begun,
      generationId: turn.generationId,
      authorId: null,
      contentSeq: 0,
      updatedAt: common.createdAt,
      version: 1,
    },
    generation: {
      ...common,
      ...nothingYet,
      id: turn.generationId,
      userId: turn.userId,
      userMessageId: userMessage.id,
      assistantMessageId: turn.assistantMessageId,
      kind: turn.place.kind,
      requestHash: turn.requestHash,
      seq: 0,
      requestedModel: conversation.model,
      persona: conversation.persona,
      parameters: row.parameters,
      endedAt: null,
    },
    context: contextOf(turn, row),
    customPersona: row.customPersona,
  };
}

/** The branch, and the new message, which the statement did not read back. */
function contextOf({ userId, userMessage }: NewTurn, row: z.output<typeof addedRow>): readonly ContextMessage[] {
  const { userId: ownerId } = row.conversation;
  if (userMessage === undefined) return toContext(row.context, ownerId);
  const guestId = userId === ownerId ? null : userId;
  return toContext([...row.context, { role: 'user', content: userMessage.content, guestId }], ownerId);
}

function userMessageOf(turn: NewTurn, row: z.output<typeof addedRow>): Message {
  if (turn.userMessage === undefined) {
    if (row.answered === null) throw new Error('a reply was stored below a message that is not there');
    return row.answered;
  }
  const createdAt = new Date(turn.nowMs);
  return {
    id: turn.userMessage.id,
    conversationId: row.conversation.id,
    parentId: row.parentId,
    role: 'user',
    content: turn.userMessage.content,
    status: 'completed',
    generationId: null,
    authorId: turn.userId,
    contentSeq: 0,
    model: '',
    usage: null,
    timings: null,
    problem: null,
    createdAt,
    updatedAt: createdAt,
    version: 1,
  };
}

function obstacleOf(place: TurnPlace, row: z.output<typeof obstacleRow> | undefined): TurnObstacle {
  if (row?.writable === false) return 'read-only';
  if (row?.noted === true) return 'unanswered';
  switch (place.kind) {
    case 'start':
      return 'none';
    case 'post':
      if (row === undefined || (row.parentWanted && row.status === null)) return 'missing';
      if (row.status !== null && isRunning(row.status)) return 'running';
      return row.unanswered === true ? 'unanswered' : 'none';
    case 'edit':
      if (row === undefined) return 'missing';
      return row.role === 'user' ? 'none' : 'wrong-role';
    case 'regenerate':
      if (row?.status == null) return 'missing';
      if (row.role !== 'assistant' || !row.parentWanted) return 'wrong-role';
      return isRunning(row.status) ? 'running' : 'none';
    case 'continue':
      if (row?.status == null) return 'missing';
      return isRunning(row.status) ? 'running' : 'nothing-to-continue';
    default:
      return place satisfies never;
  }
}
