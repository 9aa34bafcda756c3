import { z } from 'zod';
import type { MessageStore } from '../app/ports/message-store.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import {
  belowStatement,
  branchStatement,
  feedbackStatement,
  leafStatement,
  treeStatement,
} from './message-statements.ts';
import { messageRow, parameters, role } from './rows.ts';

/** Messages in Postgres. Each list is one round trip. */
export function createPrismaMessageStore(database: Database): MessageStore {
  async function list(statement: Prisma.Sql) {
    const rows = await database.query(listedRow, statement);
    return rows.map(({ message, details: { asked, ...details } }) => ({ ...message, ...details, ...asked }));
  }

  return {
    async listTree(query) {
      const rows = await database.query(treeRow, treeStatement(query));
      if (rows.length === 0) return undefined;
      return rows.flatMap(({ message, details: { asked, ...details } }) =>
        message === null ? [] : { ...message, ...details, ...asked },
      );
    },
    async listBranch(query) {
      const found = await list(branchStatement(query));
      return found.length === 0 ? undefined : found;
    },
    listBelow: (query) => list(belowStatement(query)),
    async findLeaf(key) {
      const [row] = await database.query(z.object({ leafId: z.string() }), leafStatement(key));
      return row?.leafId;
    },
    async setFeedback(change) {
      const [row] = await database.query(z.object({ role }), feedbackStatement(change));
      if (row === undefined) return 'missing';
      return row.role === 'assistant' ? 'set' : 'wrong-role';
    },
  };
}

const detailsRow = z.object({
  siblingIds: z.array(z.string()),
  feedback: z.object({ rating: z.enum(['up', 'down']), comment: z.string() }).nullable(),
  asked: z.object({ persona: z.string(), parameters }).nullable(),
});
const listedRow = z.object({ message: messageRow, details: detailsRow });
const treeRow = z.object({ message: messageRow.nullable(), details: detailsRow });
