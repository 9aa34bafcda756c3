/** Three of them make a word, so that there are 16³. */
export const syllables = [
  ['ba', 'co', 'di', 'fe', 'gu', 'ha', 'jo', 'ki', 'le', 'mu', 'na', 'po', 'ri', 'se', 'tu', 'va'],
  ['lan', 'mer', 'nos', 'rik', 'sul', 'tam', 'ven', 'wor', 'zen', 'dar', 'gol', 'bim', 'fur', 'kes', 'pol', 'tir'],
  ['a', 'en', 'ic', 'o', 'al', 'et', 'um', 'ia', 'or', 'is', 'ad', 'ent', 'ing', 'er', 'on', 'ly'],
] as const;

/** The word of the seed with this number, the commonest first; `pg_temp.seed_word` of fill-database.ts. */
export function seedWord(index: number): string {
  const [first, middle, last] = syllables;
  return `${first[index % 16]}${middle[Math.floor(index / 16) % 16]}${last[Math.floor(index / 256)]}`;
}
