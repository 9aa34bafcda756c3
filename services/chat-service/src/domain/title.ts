import { defaultTitle } from './conversation.ts';

export const titleLengthMax = 200;
const derivedLengthMax = 60;

/**
 * A title from the first message of a conversation: its first line that is not blank, white space collapsed, at most 60
 * characters, cut at a word where there is one.
 */
export function titleFromMessage(content: string): string {
  const line = content
    .split(/[\r\n\u2028\u2029]+/u)
    .map((part) => part.replace(/\s+/gu, ' ').trim())
    .find((part) => part !== '');
  return line === undefined ? defaultTitle : cutAtWord(line);
}

function cutAtWord(line: string): string {
  // Counted by code point, so that no surrogate pair is cut in half.
  const points = Array.from(line);
  if (points.length <= derivedLengthMax) return line;
  // The last place belongs to the ellipsis; a word may end just before it.
  const head = points.slice(0, derivedLengthMax).join('');
  const lastSpace = head.lastIndexOf(' ');
  const cut = lastSpace > 0 ? head.slice(0, lastSpace) : points.slice(0, derivedLengthMax - 1).join('');
  return `${cut}…`;
}
