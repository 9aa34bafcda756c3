import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { syllables } from './words.ts';

export interface Shape {
  accounts: number;
  /** Of each account. */
  conversations: number;
  /** Of each conversation, one below the other. */
  messages: number;
}

/** Filling it row by row takes several times as long as building it anew; nothing is found quickly meanwhile. */
const searchIndex = 'messages_search_idx';
/** Nothing of it needs to be on the disk at once; the index is built in memory. */
const sessionSettings = '-c synchronous_commit=off -c maintenance_work_mem=512MB';
/** Messages in one statement. */
const batchSize = 50_000;
/** Between two messages. */
const stepMs = 60_000;
/** At most 16³, of three syllables each. */
const vocabularySize = 4_000;

/**
 * Makes conversations in the database of chat-service with SQL alone: the first account's belong to `userId`, the others to accounts that do not
 * exist. Words are as frequent as in any language, the commonest in almost every message, and each message has a rare one. Running it again
 * adds as many.
 */
export async function fillDatabase(options: {
  databaseUrl: string;
  userId: string;
  shape: Shape;
  say: (text: string) => void;
}): Promise<void> {
  const { databaseUrl, userId, shape, say } = options;
  const client = new pg.Client({ connectionString: databaseUrl, options: sessionSettings });
  await client.connect();
  try {
    await client.query(prepareSql(shape));
    const conversationCount = shape.accounts * shape.conversations;
    const messageCount = conversationCount * shape.messages;
    const { rows } = await client.query<{ definition: string }>(
      `SELECT pg_get_indexdef('${searchIndex}'::regclass) AS definition`,
    );
    if (messageCount > batchSize) await client.query(`DROP INDEX ${searchIndex}`);
    await client.query(conversationsSql, [conversationCount, shape.conversations, shape.messages, userId]);
    for (let from = 0; from < messageCount; from += batchSize) {
      const to = Math.min(from + batchSize, messageCount) - 1;
      await client.query(messagesSql, [from, to, shape.conversations, shape.messages, userId]);
      say(`${to + 1} of ${messageCount} messages`);
    }
    if (messageCount > batchSize) {
      say('Building the index of the search anew …');
      await client.query(rows[0]?.definition ?? '');
    }
    await client.query('VACUUM (ANALYZE) conversations, messages');
  } finally {
    await client.end();
  }
}

/** Functions of this session alone: ids are UUIDv7 that follow from a number, so that a message knows the one above it. */
function prepareSql({ accounts, conversations, messages }: Shape): string {
  const spanMs = accounts * conversations * messages * stepMs;
  const salt = randomUUID();
  const [first, middle, last] = syllables.map((values) => `ARRAY['${values.join("', '")}']`);
  return `
    CREATE FUNCTION pg_temp.seed_ms(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN ${Date.now()} - ${spanMs} + n * ${stepMs};
    CREATE FUNCTION pg_temp.seed_time(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE
    RETURN to_timestamp(pg_temp.seed_ms(n) / 1000);
    CREATE FUNCTION pg_temp.seed_id(kind text, n bigint, at bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex(pg_temp.seed_ms(at)), 12, '0') || '7' || substr(md5('${salt}' || kind || n), 1, 3)
      || '8' || substr(md5('${salt}' || kind || n), 4, 15))::uuid;
    CREATE FUNCTION pg_temp.seed_word(i integer) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (${first})[1 + i % 16] || (${middle})[1 + i / 16 % 16] || (${last})[1 + i / 256];`;
}

const conversationsSql = `
  INSERT INTO conversations (id, user_id, title, title_source, persona, model, pinned, archived, active_leaf_id, created_at,
    updated_at, last_message_at, version)
  SELECT pg_temp.seed_id('c', n, n * $3::bigint),
    CASE WHEN n < $2::bigint THEN $4::uuid ELSE pg_temp.seed_id('u', n / $2::bigint, 0) END,
    'About ' || pg_temp.seed_word((n % ${vocabularySize})::int), 'user', 'assistant', '', false, false,
    pg_temp.seed_id('m', (n + 1) * $3::bigint - 1, (n + 1) * $3::bigint - 1),
    pg_temp.seed_time(n * $3::bigint), pg_temp.seed_time((n + 1) * $3::bigint - 1), pg_temp.seed_time((n + 1) * $3::bigint - 1), 1
  FROM generate_series(0::bigint, $1::bigint - 1) n`;

// `0 * g` makes the aggregate one of the inner query, whose only own column is g.
const messagesSql = `
  INSERT INTO messages (id, conversation_id, user_id, parent_id, role, content, status, author_id, content_seq, model,
    created_at, updated_at, version)
  SELECT pg_temp.seed_id('m', n, n), pg_temp.seed_id('c', c.place, c.place * $4::bigint), owner.id,
    CASE WHEN n % $4::bigint > 0 THEN pg_temp.seed_id('m', n - 1, n - 1) END,
    CASE WHEN n % 2 = 0 THEN 'user' ELSE 'assistant' END, t.content, 'completed', CASE WHEN n % 2 = 0 THEN owner.id END, 0,
    CASE WHEN n % 2 = 0 THEN '' ELSE 'demo:latest' END, pg_temp.seed_time(n), pg_temp.seed_time(n), 1
  FROM generate_series($1::bigint, $2::bigint) n
  CROSS JOIN LATERAL (SELECT n / $4::bigint AS place) c
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.place < $3::bigint THEN $5::uuid ELSE pg_temp.seed_id('u', c.place / $3::bigint, 0) END AS id
  ) owner
  CROSS JOIN LATERAL (
    SELECT string_agg(pg_temp.seed_word(floor(${vocabularySize} * power(random(), 3) + 0 * g)::int), ' ') || ' number' || n AS content
    FROM generate_series(1, 10 + (n % 40)::int) g
  ) t`;
