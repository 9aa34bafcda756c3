import type { SearchHit__Output } from '@chatbot/proto/chatbot/chat/v1/SearchHit';
import { z } from 'zod';
import { dateTime, filled, iso } from './fields.ts';
import { messageSchema } from './message.ts';

export const searchHitSchema = z
  .object({
    conversationId: z.uuid(),
    messageId: z.uuid().optional().meta({ description: 'Absent when the title was found' }),
    title: z.string(),
    role: messageSchema.shape.role.optional().meta({ description: 'Absent when the title was found' }),
    createdAt: dateTime,
    snippet: z.object({
      text: z.string().meta({ description: 'Plain text' }),
      highlights: z
        .array(z.object({ start: z.int(), end: z.int() }))
        .meta({ description: 'The places that were found, counted in UTF-16 code units of the text' }),
    }),
  })
  .meta({ id: 'SearchHit' });

export type SearchHit = z.infer<typeof searchHitSchema>;

export function toSearchHit(hit: SearchHit__Output): SearchHit {
  const { conversationId, messageId, title, role, snippet, highlights, createdAt } = hit;
  return {
    conversationId,
    ...filled({ messageId }),
    title,
    ...(role === '' ? {} : { role: messageSchema.shape.role.parse(role) }),
    createdAt: iso(createdAt),
    snippet: { text: snippet, highlights: highlights.map(({ start, end }) => ({ start, end })) },
  };
}
