import type { SearchFilter } from '../domain/search.ts';
import { type SearchQuery, withoutPrefixes } from '../domain/search-query.ts';
import { Prisma } from '../generated/prisma/client.ts';

export type SearchStatementInput = {
  readonly userId: string;
  readonly query: SearchQuery;
  readonly filter: SearchFilter;
  readonly after?: { readonly score: number; readonly id: string } | undefined;
  readonly limit: number;
  readonly marks: { readonly start: string; readonly end: string };
};

/** Of a word that is everywhere, the newest messages are ranked: what a search costs stays within bounds. */
const candidateCountMax = 500;
/** What a snippet is cut from. */
const headlineLengthMax = 20_000;
/** A text that is shown as a whole. */
const wholeLengthMax = 240;
/** What misspelt words are compared with. */
const vocabulary = { conversationCountMax: 50, messageCountMax: 20 };
/** In characters, between a misspelt word and the one that was meant. */
const lengthDifferenceMax = 2;

/**
 * One page of hits. The score is how well a text matches, and a little how new it is: a year outweighs a fifth of one more find of a
 * word. It depends on nothing but the row and the query, so that a cursor finds its place again. Snippets are
 * cut for the page alone; they cost more than the search.
 */
export function searchStatement(input: SearchStatementInput): Prisma.Sql {
  const { userId, query, filter, limit, marks } = input;
  const wanted = Prisma.sql`(SELECT w.query FROM wanted w)`;
  return Prisma.sql`
    WITH wanted AS MATERIALIZED (
      SELECT search_query(${JSON.stringify(query)}::jsonb) AS query,
        search_query(${JSON.stringify(withoutPrefixes(query))}::jsonb) AS whole_words
    ),
    hits AS (
      ${messageHits({ userId, filter, wanted, query })}
      UNION ALL
      ${titleHits({ userId, filter, wanted })}
    ),
    page AS (
      SELECT h.*, coalesce(h.message_id, h.conversation_id) AS id
      FROM hits h
      ${afterPlace(input)}
      ORDER BY h.score DESC, coalesce(h.message_id, h.conversation_id) DESC
      LIMIT ${limit}::int
    )
    SELECT json_build_object('conversationId', p.conversation_id, 'messageId', p.message_id, 'title', c.title,
      'role', m.role, 'createdAt', coalesce(m.created_at, c.created_at), 'score', p.score,
      'marked', ${headline(marks, wanted)}) AS hit
    FROM page p
    JOIN conversations c ON c.id = p.conversation_id
    LEFT JOIN messages m ON m.id = p.message_id
    ORDER BY p.score DESC, p.id DESC`;
}

type Hits = { userId: string; filter: SearchFilter; wanted: Prisma.Sql };

/**
 * What a person owns is one range of the index; what is shared with them, one for each such conversation. The trash is looked up once and not
 * once for each message, and only the messages that count are ranked: a rank costs more than finding.
 */
function messageHits({ userId, filter, wanted, query }: Hits & { query: SearchQuery }): Prisma.Sql {
  const isWanted = messageMatch(query, wanted);
  const newest = Prisma.sql`ORDER BY m.id DESC LIMIT ${candidateCountMax}::int`;
  const columns = Prisma.sql`m.id, m.conversation_id, m.created_at, m.search`;
  return Prisma.sql`
    SELECT m.conversation_id, m.id AS message_id, ${score(Prisma.sql`m.search`, Prisma.sql`m.created_at`, wanted)} AS score
    FROM (
      (
        SELECT ${columns}
        FROM messages m
        WHERE m.user_id = ${userId}::uuid AND ${isWanted} AND m.conversation_id NOT IN (
          SELECT t.id FROM conversations t WHERE t.user_id = ${userId}::uuid AND t.deleted_at IS NOT NULL
        ) ${messageFilter(filter)}
        ${newest}
      )
      UNION ALL (
        SELECT ${columns}
        FROM conversation_members cm
        JOIN conversations c ON c.id = cm.conversation_id AND c.deleted_at IS NULL
        CROSS JOIN LATERAL (
          SELECT ${columns} FROM messages m
          WHERE m.user_id = c.user_id AND m.conversation_id = c.id AND ${isWanted} ${messageFilter(filter)}
          ${newest}
        ) m
        WHERE cm.user_id = ${userId}::uuid
        ${newest}
      )
    ) m`;
}

/** Whole words are found by the index; for a prefix, what is left of the user's own messages is looked at, one by one. */
function messageMatch(query: SearchQuery, wanted: Prisma.Sql): Prisma.Sql {
  const wholeWords = withoutPrefixes(query);
  if (wholeWords.length === query.length) return Prisma.sql`m.search @@ ${wanted}`;
  const byIndex = Prisma.sql`m.search @@ (SELECT w.whole_words FROM wanted w) AND`;
  // The function behind @@, which no index is used for.
  return Prisma.sql`m.search IS NOT NULL AND ${wholeWords.length === 0 ? Prisma.empty : byIndex} ts_match_vq(m.search, ${wanted})`;
}

/** Titles have neither a role nor a model. There is no index on them: a person has thousands of conversations at most. */
function titleHits({ userId, filter, wanted }: Hits): Prisma.Sql {
  return Prisma.sql`(
    SELECT c.id, NULL::uuid, ${score(Prisma.sql`c.title_search`, Prisma.sql`c.created_at`, wanted)}
    FROM (${readableConversations(userId)}) c
    WHERE c.title_search @@ ${wanted} AND ${filter.role === undefined && filter.model === undefined}::boolean
      ${conversationFilter(filter, 'c')}
    ORDER BY c.id DESC
    LIMIT ${candidateCountMax}::int
  )`;
}

/** What a person owns or is a member of, outside of the trash. */
function readableConversations(userId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT c.* FROM conversations c WHERE c.user_id = ${userId}::uuid AND c.deleted_at IS NULL
    UNION ALL
    SELECT c.* FROM conversation_members cm JOIN conversations c ON c.id = cm.conversation_id
    WHERE cm.user_id = ${userId}::uuid AND c.deleted_at IS NULL`;
}

function messageFilter(filter: SearchFilter): Prisma.Sql {
  const { role, model } = filter;
  return Prisma.sql`
    ${role === undefined ? Prisma.empty : Prisma.sql`AND m.role = ${role}`}
    ${model === undefined ? Prisma.empty : Prisma.sql`AND m.model = ${model}`}
    ${conversationFilter(filter, 'm')}`;
}

/** The filters that both kinds of hits have; `timed` has the time. */
function conversationFilter(filter: SearchFilter, timed: 'c' | 'm'): Prisma.Sql {
  const { fromMs, toMs, persona, conversationId } = filter;
  const createdAt = Prisma.raw(`${timed}.created_at`);
  const id = Prisma.raw(timed === 'm' ? 'm.conversation_id' : 'c.id');
  const askedOf =
    timed === 'c' ? Prisma.sql`c.persona` : Prisma.sql`(SELECT p.persona FROM conversations p WHERE p.id = ${id})`;
  return Prisma.sql`
    ${fromMs === undefined ? Prisma.empty : Prisma.sql`AND ${createdAt} >= ${iso(fromMs)}::timestamptz`}
    ${toMs === undefined ? Prisma.empty : Prisma.sql`AND ${createdAt} < ${iso(toMs)}::timestamptz`}
    ${persona === undefined ? Prisma.empty : Prisma.sql`AND ${askedOf} = ${persona}`}
    ${conversationId === undefined ? Prisma.empty : Prisma.sql`AND ${id} = ${conversationId}::uuid`}`;
}

function score(vector: Prisma.Sql, createdAt: Prisma.Sql, wanted: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`ts_rank(${vector}, ${wanted})::float8 + extract(epoch FROM ${createdAt})::float8 / 31557600 * 0.012`;
}

function afterPlace({ after }: SearchStatementInput): Prisma.Sql {
  if (after === undefined) return Prisma.empty;
  return Prisma.sql`WHERE (h.score, coalesce(h.message_id, h.conversation_id)) < (${after.score}::float8, ${after.id}::uuid)`;
}

/** Finds are marked by their stem; those that match only as they stand, as a prefix or in a phrase, by that. */
function headline(marks: { start: string; end: string }, wanted: Prisma.Sql): Prisma.Sql {
  const { start, end } = marks;
  const text = Prisma.sql`translate(left(coalesce(m.content, c.title), ${headlineLengthMax}::int), ${start + end}, '')`;
  const sel = `StartSel="${start}", StopSel="${end}"`;
  const cut = `${sel}, MaxWords=30, MinWords=12, MaxFragments=2, FragmentDelimiter=" … "`;
  const options = Prisma.sql`CASE WHEN length(${text}) <= ${wholeLengthMax}::int
    THEN ${`${sel}, HighlightAll=true`} ELSE ${cut} END`;
  const marked = (config: Prisma.Sql) => Prisma.sql`ts_headline(${config}, ${text}, ${wanted}, ${options})`;
  const stemmed = marked(Prisma.sql`search_config(coalesce(m.language, 'english'))`);
  return Prisma.sql`(
    SELECT CASE WHEN strpos(s.marked, ${start}) > 0 THEN s.marked
      ELSE ${marked(Prisma.sql`'pg_catalog.simple'::regconfig`)} END
    FROM (SELECT ${stemmed} AS marked) s
  )`;
}

/**
 * For each word, the nearest one by trigrams in the titles and in the newest messages of the latest conversations. Comparing costs most, so
 * each word of about the right length is compared once.
 */
export function suggestStatement({ userId, words }: { userId: string; words: readonly string[] }): Prisma.Sql {
  const { conversationCountMax, messageCountMax } = vocabulary;
  const lengths = words.map(({ length }) => length);
  return Prisma.sql`
    WITH mine AS (
      SELECT c.id, c.title_search
      FROM (${readableConversations(userId)}) c
      ORDER BY c.last_message_at DESC
      LIMIT ${conversationCountMax}::int
    ),
    texts AS (
      SELECT c.title_search AS search FROM mine c
      UNION ALL
      SELECT m.search
      FROM mine c CROSS JOIN LATERAL (
        SELECT m.search FROM messages m WHERE m.conversation_id = c.id ORDER BY m.id DESC LIMIT ${messageCountMax}::int
      ) m
    ),
    known AS MATERIALIZED (
      SELECT DISTINCT l.word
      FROM texts t CROSS JOIN LATERAL unnest(tsvector_to_array(t.search)) AS l(word)
      WHERE length(l.word) BETWEEN ${Math.min(...lengths) - lengthDifferenceMax}::int AND ${Math.max(...lengths) + lengthDifferenceMax}::int
    )
    SELECT w.word, n.word AS suggestion
    FROM unnest(${[...words]}::text[]) AS w(word)
    CROSS JOIN LATERAL (
      SELECT k.word
      FROM known k
      WHERE length(k.word) BETWEEN length(w.word) - ${lengthDifferenceMax}::int AND length(w.word) + ${lengthDifferenceMax}::int
        AND similarity(k.word, w.word) >= 0.3
      ORDER BY similarity(k.word, w.word) DESC, abs(length(k.word) - length(w.word)), k.word
      LIMIT 1
    ) n`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
