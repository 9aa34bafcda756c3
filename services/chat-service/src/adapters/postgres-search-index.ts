import { z } from 'zod';
import type { SearchIndex } from '../app/ports/search-index.ts';
import { highlightEnd, highlightStart, snippetOf } from '../domain/snippet.ts';
import type { Database } from './database.ts';
import { role, time } from './rows.ts';
import { searchStatement, suggestStatement } from './search-statements.ts';

/** Full text search in Postgres; see docs/adr/0014-search-in-postgres.md. A page is one round trip. */
export function createPostgresSearchIndex(database: Database): SearchIndex {
  return {
    async search(search) {
      const rows = await database.query(hitRow, searchStatement({ ...search, marks }));
      return rows.map(({ hit: { marked, ...hit } }) => ({ ...hit, snippet: snippetOf(marked) }));
    },
    async suggest({ userId, words }) {
      const rows = await database.query(suggestionRow, suggestStatement({ userId, words }));
      return new Map(rows.map(({ word, suggestion }) => [word, suggestion]));
    },
  };
}

const marks = { start: highlightStart, end: highlightEnd };

const hitRow = z.object({
  hit: z.object({
    conversationId: z.string(),
    messageId: z.string().nullable(),
    title: z.string(),
    role: role.nullable(),
    createdAt: time,
    score: z.number(),
    marked: z.string(),
  }),
});

const suggestionRow = z.object({ word: z.string(), suggestion: z.string() });
