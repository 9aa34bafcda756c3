import { z } from 'zod';
import { type ChatClient, timeouts } from './clients/clients.ts';
import { conversationSchema, toConversation } from './clients/resources/conversation.ts';
import { draftSchema, readMarkSchema, toDraft, toReadMark } from './clients/resources/live-state.ts';
import { messageSchema, toMessage } from './clients/resources/message.ts';
import type { Caller } from './turns/caller.ts';

export const changesQuery = {
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'cursor of the answer before; absent gives a place to begin' }),
  conversationId: z
    .uuid()
    .optional()
    .meta({ description: 'Whose changed messages to tell, too: the conversation that is on screen' }),
};

export const changesSchema = z
  .object({
    cursor: z.string().meta({ description: 'For the next time' }),
    reset: z.boolean().meta({ description: 'Too much has changed: read everything again, after this answer' }),
    conversations: z.array(conversationSchema),
    removedIds: z.array(z.uuid()).meta({ description: 'Conversations that are in the trash or can no longer be read' }),
    readMarks: z.array(readMarkSchema),
    drafts: z.array(draftSchema),
    messages: z.array(messageSchema),
  })
  .meta({
    id: 'Changes',
    description: 'What has changed, as it is now; something may come twice, nothing is left out',
  });

/** What has changed for the caller since a cursor. Throws VALIDATION_FAILED, RESOURCE_NOT_FOUND. */
export async function listChanges(
  chat: ChatClient,
  {
    caller,
    cursor = '',
    conversationId = '',
  }: { caller: Caller; cursor?: string | undefined; conversationId?: string | undefined },
): Promise<z.infer<typeof changesSchema>> {
  const changes = await chat.unary(
    'ListChanges',
    { cursor, conversationId },
    { ...caller, timeoutMs: timeouts.unaryMs },
  );
  return {
    cursor: changes.cursor,
    reset: changes.reset,
    conversations: changes.conversations.map(toConversation),
    removedIds: changes.removedIds,
    readMarks: changes.readMarks.map(toReadMark),
    drafts: changes.drafts.map(toDraft),
    messages: changes.messages.map(toMessage),
  };
}
