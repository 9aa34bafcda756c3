import { z } from 'zod';
import type { NoteStore } from '../app/ports/note-store.ts';
import type { Database } from './database.ts';
import { noteStatement, storedNoteStatement } from './note-statements.ts';
import { conversationRow, messageRow } from './rows.ts';

/** Messages without a reply, in Postgres. */
export function createPrismaNoteStore(database: Database): NoteStore {
  return {
    async add(note) {
      const [row] = await database.query(noteRow, noteStatement(note));
      return row;
    },
    async find(key) {
      const [row] = await database.query(storedNoteRow, storedNoteStatement(key));
      return row;
    },
  };
}

const noteRow = z.object({ conversation: conversationRow, message: messageRow });
const storedNoteRow = noteRow.extend({ requestHash: z.string(), inTrash: z.boolean() });
