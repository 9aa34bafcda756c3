import { z } from 'zod';
import type { ActivityStore } from '../app/ports.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';

/** Activity in Postgres. */
export function createPrismaActivityStore({ run }: Database): ActivityStore {
  return {
    async add(entries, at) {
      // One event may be twice in one batch.
      const once = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
      await run((prisma) => prisma.$executeRaw(addStatement(JSON.stringify(once), at)));
    },
    async list({ accountId, from, to }) {
      const rows = await run(
        (prisma) => prisma.$queryRaw`
          SELECT to_char(day, 'YYYY-MM-DD') AS day, persona, ${countColumns}
          FROM activity
          WHERE account_id = ${accountId}::uuid AND day BETWEEN ${from}::date AND ${to}::date
          ORDER BY activity.day, persona`,
      );
      return z.array(personaRow).parse(rows);
    },
    async listTotals({ from, to }) {
      const rows = await run(
        (prisma) => prisma.$queryRaw`
          SELECT to_char(day, 'YYYY-MM-DD') AS day, count(DISTINCT account_id)::float8 AS "activeUsers", ${countSums}
          FROM activity
          WHERE day BETWEEN ${from}::date AND ${to}::date
          GROUP BY activity.day
          ORDER BY activity.day`,
      );
      return z.array(dayRow).parse(rows);
    },
    async forgetEvents(before) {
      await run((prisma) => prisma.countedEvent.deleteMany({ where: { countedAt: { lt: before } } }));
    },
  };
}

/** In one order of rows, so that two replicas wait for each other and never both. */
function addStatement(entriesJson: string, at: Date): Prisma.Sql {
  return Prisma.sql`
    WITH incoming AS (
      SELECT e.* FROM jsonb_to_recordset(${entriesJson}::jsonb) AS e(id uuid, "userId" uuid, day date, persona text, "signIns" bigint,
        messages bigint, replies bigint, "promptTokens" bigint, "completionTokens" bigint, "generationMs" bigint)
      JOIN accounts a ON a.id = e."userId"
    ), fresh AS (
      INSERT INTO counted_events (id, counted_at)
      SELECT id, ${at.toISOString()}::timestamptz FROM incoming ORDER BY id
      ON CONFLICT DO NOTHING
      RETURNING id
    )
    INSERT INTO activity AS known (account_id, day, persona, sign_ins, messages, replies, prompt_tokens, completion_tokens, generation_ms)
    SELECT "userId", day, persona, sum("signIns"), sum(messages), sum(replies), sum("promptTokens"), sum("completionTokens"), sum("generationMs")
    FROM incoming JOIN fresh USING (id)
    GROUP BY "userId", day, persona
    ORDER BY "userId", day, persona
    ON CONFLICT (account_id, day, persona) DO UPDATE SET
      sign_ins = known.sign_ins + excluded.sign_ins,
      messages = known.messages + excluded.messages,
      replies = known.replies + excluded.replies,
      prompt_tokens = known.prompt_tokens + excluded.prompt_tokens,
      completion_tokens = known.completion_tokens + excluded.completion_tokens,
      generation_ms = known.generation_ms + excluded.generation_ms`;
}

const columns = [
  ['signIns', 'sign_ins'],
  ['messages', 'messages'],
  ['replies', 'replies'],
  ['promptTokens', 'prompt_tokens'],
  ['completionTokens', 'completion_tokens'],
  ['generationMs', 'generation_ms'],
] as const;

// As float8, which is exact up to 2^53 and comes as a number.
const pairs = columns.map(([name, column]) => `'${name}', ${column}::float8`).join(', ');
const sums = columns.map(([name, column]) => `'${name}', sum(${column})::float8`).join(', ');
const countColumns = Prisma.raw(`json_build_object(${pairs}) AS counts`);
const countSums = Prisma.raw(`json_build_object(${sums}) AS counts`);

const counts = z.object({
  signIns: z.number(),
  messages: z.number(),
  replies: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  generationMs: z.number(),
});
const personaRow = z.object({ day: z.string(), persona: z.string(), counts });
const dayRow = z.object({ day: z.string(), activeUsers: z.number(), counts });
