import type { GetSharedResponse__Output } from '@chatbot/proto/chatbot/chat/v1/GetSharedResponse';
import type { Share__Output } from '@chatbot/proto/chatbot/chat/v1/Share';
import type { Timestamp } from '@chatbot/service-kit';
import { z } from 'zod';
import { dateTime, filled, iso, present } from './fields.ts';
import { messageSchema } from './message.ts';

export const shareSchema = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    title: z.string(),
    messageCount: z.int(),
    createdAt: dateTime,
    expiresAt: dateTime.optional(),
  })
  .meta({ id: 'Share', description: 'A link to a frozen copy of one branch' });

export const sharedConversationSchema = z
  .object({
    title: z.string(),
    messages: z.array(
      z.object({
        role: z.enum(['user', 'assistant', 'system']),
        content: z.string(),
        model: z.string().optional(),
        createdAt: dateTime,
      }),
    ),
    createdAt: dateTime,
    expiresAt: dateTime.optional(),
  })
  .meta({ id: 'SharedConversation', description: 'What a link shows, root first' });

export type Share = z.infer<typeof shareSchema>;

export type SharedConversation = z.infer<typeof sharedConversationSchema>;

export function toShare(share: Share__Output | null): Share {
  const { id, conversationId, title, messageCount, createdAt, expiresAt } = present(share, 'share');
  return { id, conversationId, title, messageCount, createdAt: iso(createdAt), ...endOf(expiresAt) };
}

export function toSharedConversation(shared: GetSharedResponse__Output): SharedConversation {
  const { title, messages, createdAt, expiresAt } = shared;
  return {
    title,
    messages: messages.map(({ role, content, model, createdAt: at }) => ({
      role: messageSchema.shape.role.parse(role),
      content,
      ...filled({ model }),
      createdAt: iso(at),
    })),
    createdAt: iso(createdAt),
    ...endOf(expiresAt),
  };
}

function endOf(expiresAt: Timestamp | null): { expiresAt?: string } {
  return expiresAt === null ? {} : { expiresAt: iso(expiresAt) };
}
