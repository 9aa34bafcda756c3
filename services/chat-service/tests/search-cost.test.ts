import { createTestDatabase, type TestDatabase } from '@chatbot/testkit';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { searchStatement, suggestStatement } from '../src/adapters/search-statements.ts';
import { parseSearchQuery } from '../src/domain/search-query.ts';
import type { Prisma } from '../src/generated/prisma/client.ts';
import { prismaDir } from './harness.ts';

// What a search costs is counted in pages of 8 kB that Postgres reads for it: that depends on the plan and not on the machine.

const userId = uuidv7();
const otherMessageCount = 10_000;

let testDatabase: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  testDatabase = await createTestDatabase({ prismaDir });
  client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await testDatabase?.[Symbol.asyncDispose]();
});

/** Conversations of 20 messages; each has "banana", one of twenty words that begin like it, and one of its own that does. */
async function addMessages(ownerSql: string, count: number): Promise<void> {
  await client.query(`
    WITH made AS (
      INSERT INTO conversations (id, user_id, title, title_source, persona, model, pinned, archived, active_leaf_id, created_at,
        updated_at, last_message_at, version)
      SELECT gen_random_uuid(), ${ownerSql}, 'A title', 'user', 'assistant', '', false, false, NULL, now(), now(), now(), 1
      FROM generate_series(1, ${count / 20}) n
      RETURNING id, user_id
    )
    INSERT INTO messages (id, conversation_id, user_id, role, content, status, content_seq, model, created_at, updated_at, version)
    SELECT gen_random_uuid(), c.id, c.user_id, 'user', 'A banana and a ban' || n || ' and a ban' || md5(c.id::text || n), 'completed', 0,
      '', now(), now(), 1
    FROM made c CROSS JOIN generate_series(1, 20) n`);
}

async function countPages({ text, values }: Prisma.Sql): Promise<number> {
  const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values as unknown[]);
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

const marks = { start: '\u0001', end: '\u0002' };
const searches = ['banana', 'ban7', 'ban*', 'banana ban1*', '"a banana"', 'nothing'].map(
  (text) => [text, searchStatement({ userId, query: parseSearchQuery(text), filter: {}, limit: 21, marks })] as const,
);
const statements = [
  ...searches,
  ['a word that nobody wrote', suggestStatement({ userId, words: ['bannana'] })] as const,
];

it('what a search reads does not grow with what others write', async () => {
  await addMessages(`'${userId}'::uuid`, 200);
  await addMessages('gen_random_uuid()', 1_000);
  // What was inserted waits in a list that every search reads, until it is put into the index.
  const settle = () => client.query('VACUUM ANALYZE');
  await settle();
  const alone = new Map<string, number>();
  for (const [name, statement] of statements) alone.set(name, await countPages(statement));
  await addMessages('gen_random_uuid()', otherMessageCount);
  await settle();
  const grown: [string, number, number][] = [];
  for (const [name, statement] of statements) {
    const [before, after] = [alone.get(name) ?? 0, await countPages(statement)];
    // A larger index may be a level deeper; somebody's messages are as many as before.
    if (after > 1.2 * before + 20) grown.push([name, before, after]);
  }
  expect(grown).toEqual([]);
});
