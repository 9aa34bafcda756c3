import type { Draft__Output } from '@chatbot/proto/chatbot/chat/v1/Draft';
import type { ReadMark__Output } from '@chatbot/proto/chatbot/chat/v1/ReadMark';
import { z } from 'zod';
import { dateTime, iso, present } from './fields.ts';

export const readMarkSchema = z
  .object({ conversationId: z.uuid(), userId: z.uuid(), messageId: z.uuid(), readAt: dateTime })
  .meta({ id: 'ReadMark', description: 'How far somebody has read' });

export const draftSchema = z
  .object({ conversationId: z.uuid(), text: z.string(), version: z.int(), updatedAt: dateTime })
  .meta({ id: 'Draft', description: 'What somebody has begun to write; an empty text is nothing' });

export type ReadMark = z.infer<typeof readMarkSchema>;

export type Draft = z.infer<typeof draftSchema>;

export function toReadMark(mark: ReadMark__Output | null): ReadMark {
  const { conversationId, userId, messageId, readAt } = present(mark, 'mark');
  return { conversationId, userId, messageId, readAt: iso(readAt) };
}

export function toDraft(draft: Draft__Output | null): Draft {
  const { conversationId, text, version, updatedAt } = present(draft, 'draft');
  return { conversationId, text, version, updatedAt: iso(updatedAt) };
}
