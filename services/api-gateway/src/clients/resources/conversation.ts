import type { Conversation__Output } from '@chatbot/proto/chatbot/chat/v1/Conversation';
import { z } from 'zod';
import { dateTime, filled, iso, present } from './fields.ts';
import { parametersSchema, toParameters } from './parameters.ts';

export const conversationSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    persona: z.string(),
    model: z.string().meta({ description: 'The model asked for; empty takes the default' }),
    params: parametersSchema.meta({ description: 'For its replies; those of a message go before them one by one' }),
    pinned: z.boolean(),
    archived: z.boolean(),
    folderId: z.uuid().optional(),
    tags: z.array(z.string()),
    replyMode: z
      .enum(['always', 'mentioned'])
      .meta({ description: 'mentioned: only messages with @assistant or @ai are answered' }),
    role: z.enum(['owner', 'writer', 'reader']).meta({ description: 'What the caller may do' }),
    memberCount: z.int().meta({ description: 'How many people may read it, the owner included' }),
    activeLeafId: z.uuid().optional().meta({ description: 'The last message of the branch that was active last' }),
    generating: z
      .boolean()
      .optional()
      .meta({ description: 'In lists and changes: whether a reply is being written in it' }),
    unread: z
      .boolean()
      .optional()
      .meta({ description: 'In lists and changes: whether it holds something that the caller has not seen' }),
    createdAt: dateTime,
    updatedAt: dateTime,
    lastMessageAt: dateTime,
    deletedAt: dateTime.optional().meta({ description: 'Since when it is in the trash, which keeps it for 30 days' }),
    version: z.int(),
  })
  .meta({ id: 'Conversation' });

export type Conversation = z.infer<typeof conversationSchema>;

export function toConversation(conversation: Conversation__Output | null): Conversation {
  const { id, title, persona, model, pinned, archived, tags, version, ...rest } = present(conversation, 'conversation');
  return {
    id,
    title,
    persona,
    model,
    pinned,
    archived,
    tags,
    version,
    params: toParameters(rest.parameters),
    replyMode: rest.replyMode === 'mentioned' ? 'mentioned' : 'always',
    role: conversationSchema.shape.role.parse(rest.role),
    memberCount: rest.readerUserIds.length,
    ...filled({ activeLeafId: rest.activeLeafId, folderId: rest.folderId }),
    ...(rest.unread === undefined ? {} : { unread: rest.unread }),
    ...(rest.generating === undefined ? {} : { generating: rest.generating }),
    createdAt: iso(rest.createdAt),
    updatedAt: iso(rest.updatedAt),
    lastMessageAt: iso(rest.lastMessageAt),
    ...(rest.deletedAt === null ? {} : { deletedAt: iso(rest.deletedAt) }),
  };
}
