import type { Folder__Output } from '@chatbot/proto/chatbot/chat/v1/Folder';
import { z } from 'zod';
import { dateTime, iso, present } from './fields.ts';

export const folderSchema = z
  .object({ id: z.uuid(), name: z.string(), createdAt: dateTime, updatedAt: dateTime, version: z.int() })
  .meta({ id: 'Folder', description: 'A place for conversations, of one person’s own' });

export type Folder = z.infer<typeof folderSchema>;

export function toFolder(folder: Folder__Output | null): Folder {
  const { id, name, version, createdAt, updatedAt } = present(folder, 'folder');
  return { id, name, version, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}
