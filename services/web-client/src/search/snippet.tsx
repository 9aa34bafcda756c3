import { Fragment } from 'react';
import type { SearchHit } from '../api/schemas.ts';
import { splitHighlights } from './highlights.ts';

/** The place that was found, with the words that were looked for marked. */
export function Snippet({ snippet }: { snippet: SearchHit['snippet'] }) {
  return splitHighlights(snippet).map(({ text, isFound, start }) =>
    isFound ? (
      <mark key={start} className="rounded-sm bg-accent-soft text-ink">
        {text}
      </mark>
    ) : (
      <Fragment key={start}>{text}</Fragment>
    ),
  );
}
