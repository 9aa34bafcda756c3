/*
 * Models write formulas as \(…\), \[…\], $…$ and $$…$$. remark-math reads the last of these; the others are
 * brought into that form. Code is left alone.
 */

/** Code, and formulas in every way of writing them; what comes first wins. */
const PATTERN = new RegExp(
  [
    /(?<fence>^[ \t]*(?<mark>`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\k<mark>[`~]*[ \t]*$|$(?![\s\S])))/,
    /(?<code>(?<ticks>`+)[\s\S]*?[^`]\k<ticks>(?!`))/,
    /^(?<indent>[ \t]*)(?:\\\[(?<bracketed>[\s\S]+?)\\\]|\$\$(?<dollared>[^\n$]+)\$\$)[ \t]*$/,
    /(?<block>\$\$[\s\S]*?\$\$)/,
    /\\\[(?<inner>[\s\S]+?)\\\]/,
    /\\\((?<parenthesised>[\s\S]+?)\\\)/,
    // Pandoc's rule: no space inside the dollars, no digit after them. So prices stay prices.
    /(?<![\\$\w])\$(?<dollar>(?![\s$])[^$\n]*?[^\s\\$])\$(?![\w$])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

/** The text with its formulas between double dollars; those on lines of their own on lines of their own. */
export function markMath(text: string): string {
  if (!/[$\\]/.test(text)) return text;
  return text.replaceAll(PATTERN, (whole, ...rest) => {
    const groups: Record<string, string | undefined> = rest.at(-1);
    const display = groups.bracketed ?? groups.dollared;
    if (display !== undefined) {
      const indent = groups.indent ?? '';
      return `${indent}$$\n${indent}${display.trim()}\n${indent}$$`;
    }
    const inline = groups.inner ?? groups.parenthesised ?? groups.dollar;
    return inline === undefined ? whole : `$$${inline.trim()}$$`;
  });
}
