/** The longest text that is read out at once, in characters, when no sentence ends. */
const CHUNK_LENGTH_MAX = 400;

/**
 * The complete sentences of a growing Markdown text after the given offset, as plain words for a screen reader, and the
 * offset up to which they reach. Without a complete sentence, the text is empty and the offset stays.
 */
export function nextSentences(markdown: string, from: number): { spoken: string; offset: number } {
  const start = isInsideFence(markdown, from) ? endOfFence(markdown, from) : from;
  if (start === undefined) return { spoken: '', offset: from };
  const rest = markdown.slice(start);
  const length = completeLength(rest);
  return { spoken: plainWords(rest.slice(0, length)), offset: start + length };
}

/** Markdown without its marks: code blocks are named, not spelt out, and links are read by their text. */
export function plainWords(markdown: string): string {
  return markdown
    .replace(/```[^\n]*\n[\s\S]*?(?:```|$)/g, ' Code block. ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replace(/^[\s|:-]*-[\s|:-]*$/gm, '')
    .replace(/[*_`~]+/g, '')
    .replace(/\|/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function completeLength(text: string): number {
  const openFence = lastOpenFence(text);
  const readable = openFence === undefined ? text : text.slice(0, openFence);
  // A sentence ends with its mark before white space, or with its line.
  const ends = [...readable.matchAll(/[.!?…。！？]["'”’)\]]*(?=\s)|\n/g)];
  const last = ends.at(-1);
  if (last !== undefined) return last.index + last[0].length;
  if (readable.length < CHUNK_LENGTH_MAX) return 0;
  const space = readable.lastIndexOf(' ', CHUNK_LENGTH_MAX);
  return space > 0 ? space : CHUNK_LENGTH_MAX;
}

/** True where a code block has begun and not ended, as after a reload in the middle of one. */
function isInsideFence(markdown: string, offset: number): boolean {
  return (markdown.slice(0, offset).match(/^```/gm)?.length ?? 0) % 2 === 1;
}

function endOfFence(markdown: string, from: number): number | undefined {
  const closing = /^```[^\n]*(?:\n|$)/m.exec(markdown.slice(from));
  return closing === null ? undefined : from + closing.index + closing[0].length;
}

/** Where a code block begins that has not ended yet: it is announced as a whole. */
function lastOpenFence(text: string): number | undefined {
  const fences = [...text.matchAll(/^```/gm)];
  return fences.length % 2 === 1 ? fences.at(-1)?.index : undefined;
}
