export const tagCountMax = 20;
export const tagLengthMax = 40;

/** A tag as it is stored: without white space around it, and single spaces within. */
export function normalizeTag(tag: string): string {
  return tag.replace(/\s+/gu, ' ').trim();
}

/** Tags as they are stored, each once, whatever its capitals; the first spelling stays. */
export function normalizeTags(tags: readonly string[]): readonly string[] {
  const bySpelling = new Map<string, string>();
  for (const tag of tags.map(normalizeTag)) {
    const key = tag.toLowerCase();
    if (tag !== '' && !bySpelling.has(key)) bySpelling.set(key, tag);
  }
  return [...bySpelling.values()];
}
