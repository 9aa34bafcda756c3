/*
 * Mermaid measures labels by putting them into the page before it sanitises them. The content security policy stops
 * whatever they try there, and a frame holds the result; but what could try anything is not even drawn.
 */

/** Line breaks and stereotypes («interface»), the only angle brackets around words that diagrams need. */
const HARMLESS_TAGS = /<br\s*\/?>|<<[\w ]+>>/gi;
const MARKUP = /<[a-z!/?]/i;
/** The ways to write "<" without writing it, in HTML and in Mermaid. */
const WRITTEN_OUT = /[#&](?:lt|#?0*60|#?x0*3c)\b/i;
/** What makes a style fetch something, also behind CSS escapes. */
const FETCHING = /url\s*\(|image-set|@import|\\[0-9a-f]/i;

/** True for a description that holds no markup and asks for no resource, however it is written. */
export function isHarmless(code: string): boolean {
  // Without them, what stands around them must not become markup either.
  const rest = code.replaceAll(HARMLESS_TAGS, '');
  return !MARKUP.test(rest) && !WRITTEN_OUT.test(rest) && !FETCHING.test(rest);
}
