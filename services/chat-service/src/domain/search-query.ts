import { detectLanguage, isCommonWord } from './language.ts';

/** A part of what is looked for: a word in any of its forms, the beginning of a word, or words just as they stand. */
export type SearchClause = {
  readonly kind: 'word' | 'prefix' | 'phrase';
  readonly text: string;
  readonly negated: boolean;
};

/** What is looked for: all of the groups; of each group, any clause. */
export type SearchQuery = readonly (readonly SearchClause[])[];

/** More than that is no search; the rest is left out. */
const clauseCountMax = 16;
const wordLengthMax = 200;

/**
 * Reads what a person typed, as web search engines do: words, "a phrase", a prefix*, -without, this OR that. Whatever
 * is typed means something; nothing is a syntax error. Empty when there is nothing to look for, also when everything is negated.
 */
export function parseSearchQuery(text: string): SearchQuery {
  const groups: SearchClause[][] = [];
  let joinsPrevious = false;
  for (const token of tokensOf(text).slice(0, clauseCountMax)) {
    if (token === 'OR') {
      joinsPrevious = groups.length > 0;
      continue;
    }
    const clause = clauseOf(token);
    if (clause === undefined) continue;
    const previous = groups.at(-1);
    if (joinsPrevious && previous !== undefined) previous.push(clause);
    else groups.push([clause]);
    joinsPrevious = false;
  }
  return withoutCommonWords(groups);
}

/** The same query as a person would type it. */
export function formatSearchQuery(query: SearchQuery): string {
  return query.map((group) => group.map(formatClause).join(' OR ')).join(' ');
}

/** The words to look for, without prefixes, phrases and what is negated: those that may be misspelt. */
export function plainWordsOf(query: SearchQuery): readonly string[] {
  return query.flat().flatMap(({ kind, negated, text }) => (kind === 'word' && !negated ? [text] : []));
}

/**
 * What of it is found by whole words alone. An index of everybody's words would go through all that begin like a prefix, whoever wrote them.
 * Empty when there is nothing but prefixes and what is negated.
 */
export function withoutPrefixes(query: SearchQuery): SearchQuery {
  const groups = query.filter((group) => group.every(({ kind }) => kind !== 'prefix'));
  return groups.some(isPositive) ? groups : [];
}

/** The same query with some of its words replaced. */
export function replaceWords(query: SearchQuery, replacements: ReadonlyMap<string, string>): SearchQuery {
  return query.map((group) =>
    group.map((clause) => {
      const text = clause.kind === 'word' && !clause.negated ? replacements.get(clause.text) : undefined;
      return text === undefined ? clause : { ...clause, text };
    }),
  );
}

/** A quoted text, or what stands between spaces. A quote that is never closed reaches to the end. */
function tokensOf(text: string): readonly string[] {
  return text.match(/-?"[^"]*"?|[^\s"]+/gu) ?? [];
}

function clauseOf(token: string): SearchClause | undefined {
  const negated = token.startsWith('-');
  const body = negated ? token.slice(1) : token;
  if (body.startsWith('"')) return namedClause({ kind: 'phrase', text: body.replaceAll('"', ' '), negated });
  if (body.endsWith('*')) return namedClause({ kind: 'prefix', text: body.replace(/\*+$/u, ''), negated });
  return namedClause({ kind: 'word', text: body, negated });
}

/** Undefined without a letter or a digit: there is nothing to find. */
function namedClause(clause: SearchClause): SearchClause | undefined {
  const text = clause.text.trim().slice(0, wordLengthMax);
  return /[\p{L}\p{N}]/u.test(text) ? { ...clause, text } : undefined;
}

/** Articles and the like are left out where other words remain. */
function withoutCommonWords(groups: readonly (readonly SearchClause[])[]): SearchQuery {
  const language = detectLanguage(plainWordsOf(groups).join(' '));
  const telling = groups.filter((group) => !group.every((clause) => isNoise(clause, language)));
  const chosen = telling.some(isPositive) ? telling : groups;
  return chosen.some(isPositive) ? chosen : [];
}

function isNoise({ kind, negated, text }: SearchClause, language: ReturnType<typeof detectLanguage>): boolean {
  return kind === 'word' && !negated && isCommonWord(text, language);
}

/** A group with a negated alternative matches almost everything; that is nothing to search by. */
function isPositive(group: readonly SearchClause[]): boolean {
  return group.every(({ negated }) => !negated);
}

function formatClause({ kind, text, negated }: SearchClause): string {
  const sign = negated ? '-' : '';
  if (kind === 'phrase') return `${sign}"${text}"`;
  return kind === 'prefix' ? `${sign}${text}*` : `${sign}${text}`;
}
