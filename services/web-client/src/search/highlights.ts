import type { SearchHit } from '../api/schemas.ts';

type Piece = { text: string; isFound: boolean; start: number };

/** A text cut at its highlights. Ranges that overlap, come twice or lie outside lose what is wrong with them. */
export function splitHighlights({ text, highlights }: SearchHit['snippet']): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const put = (end: number, isFound: boolean) => {
    if (end > at) pieces.push({ text: text.slice(at, end), isFound, start: at });
    at = Math.max(at, end);
  };
  for (const { start, end } of highlights.toSorted((a, b) => a.start - b.start)) {
    put(Math.min(start, text.length), false);
    put(Math.min(end, text.length), true);
  }
  put(text.length, false);
  return pieces;
}
