const BETWEEN = '\n\n';

/** What the server had, what is written here, and what came from another device meanwhile. */
type Versions = { base: string; mine: string; theirs: string };

/**
 * One text of two that began as the same. Whoever changed nothing takes the other text; what was sent or cleared on one
 * side does not take away what is being written on the other. Two different texts are kept both, one below the other.
 */
export function mergeDrafts({ base, mine, theirs }: Versions): string {
  if (mine === base || mine === '') return theirs;
  if (theirs === base || theirs === '' || holds(mine, theirs)) return mine;
  if (holds(theirs, mine)) return theirs;
  return exchanged(theirs, base, mine) ?? exchanged(mine, base, theirs) ?? theirs + BETWEEN + mine;
}

/** Whether a text is the other one with more after it, or has it as paragraphs of its own. */
function holds(text: string, part: string): boolean {
  return text.startsWith(part) || (BETWEEN + text + BETWEEN).includes(BETWEEN + part + BETWEEN);
}

/** The text with its first or last part exchanged, where that is `part`: one device has gone on after the texts were joined. */
function exchanged(text: string, part: string, replacement: string): string | undefined {
  if (part === '') return undefined;
  if (text.startsWith(part + BETWEEN)) return replacement + text.slice(part.length);
  if (text.endsWith(BETWEEN + part)) return text.slice(0, -part.length) + replacement;
  return undefined;
}
