import { z } from 'zod';
import type { GenerationStore } from '../app/ports/generation-store.ts';
import type { Database } from './database.ts';
import {
  checkpointStatement,
  completedStatement,
  completeStatement,
  generationStatement,
  runningStatement,
  taskStatement,
} from './generation-statements.ts';
import {
  contextRow,
  conversationRow,
  customPersonaRow,
  generationRow,
  messageRow,
  parameters,
  titleSource,
  toContext,
} from './rows.ts';

/** Generations in Postgres. */
export function createPrismaGenerationStore(database: Database): GenerationStore {
  async function listUnfinishedOfMany(conversationIds: readonly string[]): Promise<readonly string[]> {
    const where = { conversationId: { in: [...conversationIds] }, endedAt: null };
    const found = await database.run((prisma) => prisma.generation.findMany({ select: { id: true }, where }));
    return found.map(({ id }) => id).toSorted();
  }

  return {
    async get(key) {
      const [row] = await database.query(withTextRow.extend({ writable: z.boolean() }), generationStatement(key));
      return row;
    },
    async listRunning(key) {
      const rows = await database.query(z.object({ running: withTextRow.nullable() }), runningStatement(key));
      return rows.length === 0 ? undefined : rows.flatMap(({ running }) => running ?? []);
    },
    async getTask(generationId) {
      const [row] = await database.query(taskRow, taskStatement(generationId));
      if (row === undefined) return undefined;
      const { titleSource: source, ownerId, context, ...task } = row;
      return { ...task, context: toContext(context, ownerId), titleWanted: source === 'default' };
    },
    async listUnfinished({ createdBeforeMs, limit }) {
      const found = await database.run((prisma) =>
        prisma.generation.findMany({
          select: { id: true },
          where: { endedAt: null, createdAt: { lt: new Date(createdBeforeMs) }, conversation: { deletedAt: null } },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
        }),
      );
      return found.map(({ id }) => id);
    },
    async countUnfinished() {
      const { _count: count, _min: oldest } = await database.run((prisma) =>
        prisma.generation.aggregate({
          where: { endedAt: null, conversation: { deletedAt: null } },
          _count: true,
          _min: { createdAt: true },
        }),
      );
      return { count, oldestCreatedAtMs: oldest.createdAt?.getTime() };
    },
    listUnfinishedOf: (conversationId) => listUnfinishedOfMany([conversationId]),
    listUnfinishedOfMany,
    async checkpoint(checkpoint) {
      const [row] = await database.query(z.object({ fenced: z.boolean() }), checkpointStatement(checkpoint));
      if (row === undefined) return 'missing';
      return row.fenced ? 'fenced' : 'ok';
    },
    async complete(completion) {
      const [row] = await database.query(completionRow, completeStatement(completion));
      if (row === undefined) return 'missing';
      if (row.fenced) return 'fenced';
      if (row.completed !== null) return row.completed;
      const [stored] = await database.query(completedRow, completedStatement(completion.generationId));
      return stored ?? 'missing';
    },
  };
}

const withTextRow = z.object({ generation: generationRow, content: z.string() });
const taskRow = z.object({
  generation: generationRow,
  content: z.string(),
  titleSource,
  ownerId: z.string(),
  context: contextRow,
  customPersona: customPersonaRow,
  conversationParameters: parameters,
});
const completedRow = z.object({ generation: generationRow, conversation: conversationRow, message: messageRow });
const completionRow = z.object({ fenced: z.boolean(), completed: completedRow.nullable() });
