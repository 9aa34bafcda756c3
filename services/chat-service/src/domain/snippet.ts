/** A piece of a text, with what was found in it. `start` and `end` count UTF-16 code units of `text`, as JavaScript's strings do. */
export type Snippet = {
  readonly text: string;
  readonly highlights: readonly { readonly start: number; readonly end: number }[];
};

/** What stands around a find in a marked text. Taken out of the text itself before: U+0001 and U+0002 are no characters of any script. */
export const highlightStart = '\u0001';
export const highlightEnd = '\u0002';

/** A marked text as plain text and ranges: markup would have to be trusted, ranges need not be. */
export function snippetOf(marked: string): Snippet {
  const highlights: { start: number; end: number }[] = [];
  let text = '';
  for (const [index, part] of marked.split(highlightStart).entries()) {
    const [found = '', ...rest] = index === 0 ? ['', ...part.split(highlightEnd)] : part.split(highlightEnd);
    if (found !== '') highlights.push({ start: text.length, end: text.length + found.length });
    text += found + rest.join('');
  }
  return { text, highlights };
}
