import { createHash } from 'node:crypto';
import { AppError } from '@chatbot/errors';
import { decodeSearchCursor, encodeSearchCursor } from '../domain/cursor.ts';
import type { SearchFilter, SearchHit } from '../domain/search.ts';
import {
  formatSearchQuery,
  parseSearchQuery,
  plainWordsOf,
  replaceWords,
  type SearchQuery,
} from '../domain/search-query.ts';
import type { SearchIndex } from './ports/search-index.ts';

export type SearchMessagesInput = {
  readonly userId: string;
  /** As typed. */
  readonly text: string;
  readonly filter: SearchFilter;
  readonly limit: number;
  /** Empty asks for the first page. */
  readonly cursor: string;
};

export type SearchPage = {
  readonly hits: readonly SearchHit[];
  readonly nextCursor: string;
  /** What was looked for instead, when nothing was found as typed; empty otherwise. */
  readonly correctedQuery: string;
};

type SearchDeps = { readonly searchIndex: SearchIndex };

/**
 * One page of the user's messages and titles, the best first. When nothing is found as typed, words that look like ones of the user's
 * are taken instead. Throws VALIDATION_FAILED for a text with nothing to look for or a cursor of another search.
 */
export async function searchMessages(deps: SearchDeps, input: SearchMessagesInput): Promise<SearchPage> {
  const query = parseSearchQuery(input.text);
  if (query.length === 0) throw nothingToLookFor();
  const searchHash = hashOf(input);
  if (input.cursor !== '') {
    const { corrected, score, id } = decodeSearchCursor(input.cursor, { searchHash });
    const continued = corrected === '' ? query : parseSearchQuery(corrected);
    return readPage(deps, { ...input, query: continued, corrected, searchHash, after: { score, id } });
  }
  const page = await readPage(deps, { ...input, query, corrected: '', searchHash });
  if (page.hits.length > 0) return page;
  const corrected = await correct(deps, { userId: input.userId, query });
  if (corrected === undefined) return page;
  return readPage(deps, { ...input, query: corrected, corrected: formatSearchQuery(corrected), searchHash });
}

async function readPage(
  { searchIndex }: SearchDeps,
  search: SearchMessagesInput & {
    query: SearchQuery;
    corrected: string;
    searchHash: string;
    after?: { score: number; id: string };
  },
): Promise<SearchPage> {
  const { userId, query, filter, after, limit, corrected, searchHash } = search;
  // One more than asked for tells whether there is another page.
  const found = await searchIndex.search({ userId, query, filter, after, limit: limit + 1 });
  const hits = found.slice(0, limit);
  const last = hits.at(-1);
  const isLast = last === undefined || found.length <= limit;
  return {
    hits,
    nextCursor: isLast ? '' : encodeSearchCursor({ searchHash, corrected, score: last.score, id: idOf(last) }),
    correctedQuery: corrected,
  };
}

/** The query with near words for those that are not there; undefined when no word has one. */
async function correct(
  { searchIndex }: SearchDeps,
  { userId, query }: { userId: string; query: SearchQuery },
): Promise<SearchQuery | undefined> {
  const words = plainWordsOf(query).map((word) => word.toLowerCase());
  if (words.length === 0) return undefined;
  const suggestions = await searchIndex.suggest({ userId, words: [...new Set(words)] });
  const replacements = new Map(
    plainWordsOf(query).flatMap((word) => {
      const suggestion = suggestions.get(word.toLowerCase());
      return suggestion === undefined || suggestion === word.toLowerCase() ? [] : [[word, suggestion] as const];
    }),
  );
  return replacements.size === 0 ? undefined : replaceWords(query, replacements);
}

/** The id that a hit is ordered by. */
function idOf({ messageId, conversationId }: SearchHit): string {
  return messageId ?? conversationId;
}

function hashOf({ text, filter }: SearchMessagesInput): string {
  const { fromMs, toMs, persona, model, role, conversationId } = filter;
  const canonical = JSON.stringify([text, fromMs, toMs, persona, model, role, conversationId]);
  return createHash('sha256').update(canonical).digest('base64url');
}

function nothingToLookFor(): AppError {
  const message = 'must hold a word to look for';
  return new AppError('VALIDATION_FAILED', { detail: `q: ${message}`, violations: [{ field: 'q', message }] });
}
