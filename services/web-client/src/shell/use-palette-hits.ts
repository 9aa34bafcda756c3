import { useDeferredValue, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { hitAddress } from '../search/hit-address.ts';
import { QUERY_LENGTH_MIN, useQuickSearch } from '../search/use-search.ts';
import { texts } from '../texts.ts';
import type { PaletteItem } from './palette-items.ts';

/** A pause in typing this long is worth a question to the server, in milliseconds. */
const PAUSE_MS = 150;

/** The messages that the server finds for what is being typed, and the way to all of them. */
export function usePaletteHits(query: string): PaletteItem[] {
  const navigate = useNavigate();
  const q = useSettled(useDeferredValue(query.trim()));
  const { data } = useQuickSearch(q);
  const typed = query.trim();
  if (typed.length < QUERY_LENGTH_MIN) return [];
  const group = texts.palette.groups.messages;
  const hits = (data?.items ?? []).map((hit) => ({
    // A title that was found is the same line as the conversation in the list.
    id: hit.messageId ?? hit.conversationId,
    group,
    label: hit.title || texts.sidebar.untitled,
    note: hit.snippet.text,
    run: () => void navigate(hitAddress(hit)),
  }));
  const everything = {
    id: 'search-everything',
    group,
    label: texts.search.everything(typed),
    run: () => void navigate(`/search?q=${encodeURIComponent(typed)}`),
  };
  return [...hits, everything];
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
