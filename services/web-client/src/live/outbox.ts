import * as z from 'zod/mini';
import { NO_ANSWER, problemOf } from '../api/problem.ts';
import { ParametersSchema, type PostedTurn, ProblemSchema } from '../api/schemas.ts';
import { createValue, type Value } from './value.ts';

const EntrySchema = z.object({
  clientMessageId: z.string(),
  conversationId: z.optional(z.string()),
  parentId: z.optional(z.string()),
  content: z.string(),
  persona: z.optional(z.string()),
  model: z.optional(z.string()),
  params: z.optional(ParametersSchema),
  status: z.enum(['sending', 'waiting', 'unsent']),
  problem: z.optional(ProblemSchema),
});

/**
 * A message on its way. 'sending' has no answer yet, 'waiting' goes out by itself when the connection is back, 'unsent'
 * waits for the person.
 */
export type OutboxEntry = z.infer<typeof EntrySchema>;

export type OutboxDeps = {
  storage: Storage;
  /** Each entry has a key of its own below this one, so that tabs never overwrite each other's. */
  storagePrefix: string;
  isOnline: () => boolean;
  /** Sends message:send. @throws ProblemError */
  post: (entry: OutboxEntry) => Promise<PostedTurn>;
  /** Called with the ids that the server gave, before the entry goes away. */
  onSent: (entry: OutboxEntry, turn: PostedTurn) => void;
};

export type Outbox = {
  entries: Value<readonly OutboxEntry[]>;
  send: (message: Omit<OutboxEntry, 'status' | 'problem'>) => Promise<void>;
  /** Sends an entry again, with the same clientMessageId: if the server has it already, nothing happens twice. */
  retry: (clientMessageId: string) => Promise<void>;
  discard: (clientMessageId: string) => void;
  /** Sends what waits for the connection. */
  connected: () => void;
};

/** Keeps messages until the server has confirmed them, over reloads, too. */
export function createOutbox(deps: OutboxDeps): Outbox {
  const entries = createValue<readonly OutboxEntry[]>(restore(deps));

  function put(entry: OutboxEntry): void {
    const others = entries.get().filter(({ clientMessageId }) => clientMessageId !== entry.clientMessageId);
    entries.set([...others, entry]);
    try {
      deps.storage.setItem(deps.storagePrefix + entry.clientMessageId, JSON.stringify(entry));
    } catch {
      // Storage is full or forbidden; the entry lives as long as the tab.
    }
  }

  function remove(id: string): void {
    entries.set(entries.get().filter(({ clientMessageId }) => clientMessageId !== id));
    deps.storage.removeItem(deps.storagePrefix + id);
  }

  async function attempt(clientMessageId: string): Promise<void> {
    const entry = entries.get().find((candidate) => candidate.clientMessageId === clientMessageId);
    if (entry === undefined) return;
    put({ ...entry, status: 'sending', problem: undefined });
    try {
      const turn = await deps.post(entry);
      deps.onSent(entry, turn);
      remove(clientMessageId);
    } catch (error) {
      const problem = problemOf(error);
      const isWaiting = problem.reason === NO_ANSWER && !deps.isOnline();
      put({ ...entry, ...(isWaiting ? { status: 'waiting', problem: undefined } : { status: 'unsent', problem }) });
    }
  }

  return {
    entries,
    async send(message) {
      put({ ...message, status: 'sending' });
      await attempt(message.clientMessageId);
    },
    retry: attempt,
    discard: remove,
    connected() {
      for (const { clientMessageId, status } of entries.get()) if (status === 'waiting') void attempt(clientMessageId);
    },
  };
}

function restore({ storage, storagePrefix }: OutboxDeps): OutboxEntry[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  return keys.filter((key) => key.startsWith(storagePrefix)).flatMap((key) => parseEntry(storage.getItem(key)));
}

/** The tab that was sending is gone; whether it succeeded is unknown, so the person decides. */
function parseEntry(stored: string | null): OutboxEntry[] {
  try {
    return [{ ...EntrySchema.parse(JSON.parse(stored ?? '')), status: 'unsent' }];
  } catch {
    return [];
  }
}
