import type { SearchFilter } from '../domain/search.ts';
import type { SearchQuery } from '../domain/search-query.ts';
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

/**
 * One page of hits. The score is how well a text matches, and a little how new it is: a year outweighs a fifth of one more find of a
 * word. It depends on nothing but the row and the query, so that a cursor finds its place again. Snippets are
 * cut for the page alone; they cost more than the search.
 */
export function searchStatement(input: SearchStatementInput): Prisma.Sql {
  const { userId, query, filter, limit, marks } = input;
  const wanted = Prisma.sql`(SELECT w.query FROM wanted w)`;
  return Prisma.sql`
    WITH wanted AS MATERIALIZED (SELECT search_query(${JSON.stringify(query)}::jsonb) AS query),
    hits AS (
      ${messageHits({ userId, filter, wanted })}
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

/** What a person owns is one range of the index; what is shared with them, one for each such conversation. */
function messageHits({ userId, filter, wanted }: Hits): Prisma.Sql {
  const columns = Prisma.sql`
    m.conversation_id, m.id AS message_id, ${score(Prisma.sql`m.search`, Prisma.sql`m.created_at`, wanted)} AS score`;
  const newest = Prisma.sql`ORDER BY m.id DESC LIMIT ${candidateCountMax}::int`;
  return Prisma.sql`(
    SELECT ${columns}
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.user_id = ${userId}::uuid AND m.search @@ ${wanted} AND c.deleted_at IS NULL ${messageFilter(filter)}
    ${newest}
  )
  UNION ALL (
    SELECT ${columns}
    FROM conversation_members cm
    JOIN conversations c ON c.id = cm.conversation_id AND c.deleted_at IS NULL
    CROSS JOIN LATERAL (
      SELECT m.* FROM messages m
      WHERE m.user_id = c.user_id AND m.conversation_id = c.id AND m.search @@ ${wanted} ${messageFilter(filter)}
      ${newest}
    ) m
    WHERE cm.user_id = ${userId}::uuid
    ${newest}
  )`;
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
  return Prisma.sql`
    ${fromMs === undefined ? Prisma.empty : Prisma.sql`AND ${createdAt} >= ${iso(fromMs)}::timestamptz`}
    ${toMs === undefined ? Prisma.empty : Prisma.sql`AND ${createdAt} < ${iso(toMs)}::timestamptz`}
    ${persona === undefined ? Prisma.empty : Prisma.sql`AND c.persona = ${persona}`}
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

/** For each word, the nearest one by trigrams in the titles and in the newest messages of the latest conversations. */
export function suggestStatement({ userId, words }: { userId: string; words: readonly string[] }): Prisma.Sql {
  const { conversationCountMax, messageCountMax } = vocabulary;
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
    known AS (SELECT DISTINCT u.lexeme AS word FROM texts t CROSS JOIN LATERAL unnest(t.search) u)
    SELECT w.word, n.word AS suggestion
    FROM unnest(${[...words]}::text[]) AS w(word)
    CROSS JOIN LATERAL (
      SELECT k.word
      FROM known k
      WHERE length(k.word) BETWEEN length(w.word) - 2 AND length(w.word) + 2 AND similarity(k.word, w.word) >= 0.3
      ORDER BY similarity(k.word, w.word) DESC, abs(length(k.word) - length(w.word)), k.word
      LIMIT 1
    ) n`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
