import { useEffect, useState } from 'react';
import { useValue } from '../live/value.ts';
import { useServices } from '../shell/services.tsx';

/** What is in the message box of a conversation, on every device, and how to change it. */
export function useSharedDraft(conversationId: string): [string, (text: string) => void] {
  const { drafts } = useServices().live;
  return [useValue(drafts.text(conversationId)), (text) => drafts.write(conversationId, text)];
}

/**
 * A text that survives reloads, the end of a session and a closed tab, in this browser, under a key of its own. An
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
