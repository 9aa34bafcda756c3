import { useEffect, useState } from 'react';

/**
 * A text that survives reloads, the end of a session and a closed tab, under a key of its own for each conversation. An
 * empty text leaves nothing behind.
 */
export function useDraft(key: string): [string, (text: string) => void] {
  const [draft, setDraft] = useState(() => read(key));

  useEffect(() => setDraft(read(key)), [key]);

  function set(text: string): void {
    setDraft(text);
    try {
      if (text === '') localStorage.removeItem(key);
      else localStorage.setItem(key, text);
    } catch {
      // Storage is full or forbidden; the draft lives as long as the page.
    }
  }

  return [draft, set];
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
