import { AppError } from '@chatbot/errors';
import { detectLanguage } from '../domain/language.ts';
import { requestHash, type TurnRequest } from '../domain/request-hash.ts';
import { titleFromMessage } from '../domain/title.ts';
import type { NoteStore, StoredNote } from './ports/note-store.ts';
import type { Clock, NewId } from './ports/system.ts';

export type AddNoteDeps = { readonly notes: NoteStore; readonly newId: NewId; readonly clock: Clock };

export type AddNoteInput = {
  readonly userId: string;
  readonly clientMessageId: string;
  readonly conversationId: string;
  /** Absent takes the active leaf. */
  readonly parentId?: string | undefined;
  readonly content: string;
  readonly request: TurnRequest;
};

/** A message that nobody is to answer; `replayed` when an earlier call stored it. */
export type NoteResult = { readonly note: StoredNote & { readonly replayed: boolean } };

/**
 * Stores a message without a reply, once for each (user, clientMessageId). Undefined when it cannot be stored just now: the caller looks at the
 * conversation again. Throws IDEMPOTENCY_CONFLICT, RESOURCE_NOT_FOUND.
 */
export async function addNote(deps: AddNoteDeps, input: AddNoteInput): Promise<NoteResult | undefined> {
  const { userId, clientMessageId, conversationId, parentId, content } = input;
  const hash = requestHash(input.request);
  const stored = await deps.notes.find({ userId, clientMessageId });
  if (stored !== undefined) {
    if (stored.requestHash !== hash) throw new AppError('IDEMPOTENCY_CONFLICT');
    if (stored.inTrash) throw new AppError('RESOURCE_NOT_FOUND');
    return { note: { conversation: stored.conversation, message: stored.message, replayed: true } };
  }
  const added = await deps.notes.add({
    ...{ userId, clientMessageId, conversationId, parentId, content },
    requestHash: hash,
    messageId: deps.newId(),
    language: detectLanguage(content),
    title: titleFromMessage(content),
    nowMs: deps.clock(),
  });
  return added === undefined ? undefined : { note: { ...added, replayed: false } };
}
