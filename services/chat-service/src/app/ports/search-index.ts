import type { SearchFilter, SearchHit } from '../../domain/search.ts';
import type { SearchQuery } from '../../domain/search-query.ts';

export type SearchIndex = {
  /**
   * Messages that have ended and titles, the best first, those after a place. What was stored before the call is found; what is in the
   * trash is not.
   */
  search(search: {
    readonly userId: string;
    readonly query: SearchQuery;
    readonly filter: SearchFilter;
    readonly after?: { readonly score: number; readonly id: string } | undefined;
    readonly limit: number;
  }): Promise<readonly SearchHit[]>;
  /** For each word that looks like one in the user's latest messages or titles, that one. */
  suggest(wanted: { userId: string; words: readonly string[] }): Promise<ReadonlyMap<string, string>>;
};
