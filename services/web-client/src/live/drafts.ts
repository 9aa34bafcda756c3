import * as z from 'zod/mini';
import { NO_ANSWER, problemOf } from '../api/problem.ts';
import { mergeDrafts } from './merge-drafts.ts';
import { createValue, type Value } from './value.ts';

const PAUSE_MS = 800;
const RETRY_MS = 5000;

const EntrySchema = z.object({ text: z.string(), base: z.string(), version: z.number() });

/** What is in the message box, and the text that the server has, with its version. */
type Entry = z.infer<typeof EntrySchema>;
type StoredDraft = { text: string; version: number };

const NOTHING: Entry = { text: '', base: '', version: 0 };

export type DraftsDeps = {
  storage: Storage;
  /** Each conversation has a key of its own below this one. */
  storagePrefix: string;
  isOnline: () => boolean;
  /** Stores a text over the version that it is based on, and returns the new version. @throws ProblemError */
  save: (conversationId: string, draft: StoredDraft) => Promise<number>;
  schedule: (task: () => void, delayMs: number) => () => void;
};

export type Drafts = {
  text: (conversationId: string) => Value<string>;
  write: (conversationId: string, text: string) => void;
  /** Takes in what another device has written; what is written here stays. */
  receive: (conversationId: string, draft: StoredDraft) => void;
  /** Sends what was written without a connection. */
  connected: () => void;
};

/**
 * The begun messages of one account. Each is stored in this browser with every key, so that it outlives a crash, and on
 * the server after a pause in the writing, so that it is there on every device.
 */
export function createDrafts(deps: DraftsDeps): Drafts {
  const { storage, storagePrefix } = deps;
  const entries = new Map<string, Entry>();
  const shown = new Map<string, Value<string>>();
  const sending = new Map<string, string>();
  const timers = new Map<string, () => void>();

  function entryOf(id: string): Entry {
    const known = entries.get(id) ?? parseEntry(read(storage, storagePrefix + id));
    entries.set(id, known);
    return known;
  }

  function textOf(id: string): Value<string> {
    const value = shown.get(id) ?? createValue(entryOf(id).text);
    shown.set(id, value);
    return value;
  }

  function put(id: string, entry: Entry): void {
    entries.set(id, entry);
    textOf(id).set(entry.text);
    try {
      if (entry.text === '' && entry.base === '') storage.removeItem(storagePrefix + id);
      else storage.setItem(storagePrefix + id, JSON.stringify(entry));
    } catch {
      // Storage is full or forbidden; the draft lives as long as the page, and on the server.
    }
  }

  function saveLater(id: string, delayMs: number): void {
    timers.get(id)?.();
    timers.set(
      id,
      deps.schedule(() => void save(id), delayMs),
    );
  }

  async function save(id: string): Promise<void> {
    const { text, base, version } = entryOf(id);
    if (text === base || sending.has(id) || !deps.isOnline()) return;
    sending.set(id, text);
    try {
      confirm(id, { text, version: await deps.save(id, { text, version }) });
      sending.delete(id);
      if (isUnsaved(id)) saveLater(id, PAUSE_MS);
    } catch (error) {
      sending.delete(id);
      const problem = problemOf(error);
      if (problem.reason === 'VERSION_CONFLICT') {
        const { currentText = '', currentVersion = '0' } = problem.metadata ?? {};
        take(id, { text: currentText, version: Number(currentVersion) });
      } else if (problem.reason === NO_ANSWER || problem.status >= 429) {
        // Without a connection, connected() goes on.
        if (deps.isOnline()) saveLater(id, RETRY_MS);
      }
      // Anything else, like a right that is gone, does not change by asking again: the text stays in this browser.
    }
  }

  /** What was sent is what the server has now; the event about it may have told so before. */
  function confirm(id: string, stored: StoredDraft): void {
    const entry = entryOf(id);
    if (stored.version > entry.version) put(id, { ...entry, base: stored.text, version: stored.version });
  }

  function take(id: string, { text: theirs, version }: StoredDraft): void {
    const { text: mine, base } = entryOf(id);
    put(id, { text: mergeDrafts({ base, mine, theirs }), base: theirs, version });
    if (isUnsaved(id)) saveLater(id, PAUSE_MS);
  }

  function isUnsaved(id: string): boolean {
    const { text, base } = entryOf(id);
    return text !== base;
  }

  return {
    text: textOf,
    write(id, text) {
      put(id, { ...entryOf(id), text });
      // An empty box is a message that was sent: the other devices should not offer it any longer.
      saveLater(id, text === '' ? 0 : PAUSE_MS);
    },
    receive(id, draft) {
      if (draft.version <= entryOf(id).version) return;
      if (sending.get(id) === draft.text) confirm(id, draft);
      else take(id, draft);
    },
    connected() {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
      const stored = keys.filter((key) => key.startsWith(storagePrefix)).map((key) => key.slice(storagePrefix.length));
      for (const id of new Set([...stored, ...entries.keys()])) if (isUnsaved(id)) saveLater(id, 0);
    },
  };
}

function read(storage: Storage, key: string): string {
  try {
    return storage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function parseEntry(stored: string): Entry {
  try {
    return EntrySchema.parse(JSON.parse(stored));
  } catch {
    return NOTHING;
  }
}
